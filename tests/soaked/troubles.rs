//! What goes wrong on the nodes and with the panel, by chance, one after the other; at last all of it is healed.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use fastrand::Rng;
use vhi_usage::sim::{fault::Fault, scenario::Scenario};

use crate::{printed::deed, processes, sshd::Sshd, tool::Tool};

/// A good call.
const WELL: &str = "note; report";
/// Calls that give no reading: what they print, nobody may serve.
const ILL: &[&str] = &[
    "report; exit 1",
    "report; kill -KILL $$",
    "report | head -c 70",
    "report | head -n 1",
    "report another",
    "report '' unknown",
    "report | tr '0-9' 'a-j'",
    "report; report",
    "head -c 3000 /dev/urandom",
    "cat /dev/zero",
    ":",
    "echo 'no lease' >&2; exit 3",
];
/// Faults of the panel that leave no pause behind.
const PANEL: &[Fault] = &[
    Fault::Panel500,
    Fault::PanelHang,
    Fault::PanelNotJson,
    Fault::SessionExpiry,
    Fault::Overview403,
    Fault::License403,
    Fault::OverviewOther,
    Fault::OverviewNoTotal,
    Fault::OverviewShifted,
];
/// How long a command may last on the node by the settings, how long after that it is gone, and what a slow
/// machine adds.
const OLDEST: Duration = Duration::from_secs(1 + 2 + 1);

/// Each call of the tool gives no reading, and each in another way.
fn ill() -> String {
    let mut deeds = format!("case $((n % {})) in\n", ILL.len());
    for (number, deed) in ILL.iter().enumerate() {
        deeds += &format!("{number}) {deed} ;;\n");
    }
    deeds + "esac"
}

/// Most troubles are over soon. Some last until no figure may be served any more.
fn lasts(rng: &mut Rng, over: &AtomicBool) {
    match rng.u32(0..4) {
        0 => wait(rng, 5_000..9_000, over),
        _ => wait(rng, 0..2_500, over),
    }
}

/// Sleeps for some time, unless it is over before.
fn wait(rng: &mut Rng, range: std::ops::Range<u64>, over: &AtomicBool) {
    let end = Instant::now() + Duration::from_millis(rng.u64(range));
    while Instant::now() < end && !over.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(20));
    }
}

/// The nodes have a good tool from now on.
pub(crate) fn heal_tool(tool: &Tool) {
    tool.does(&deed(WELL));
}

/// Troubles of the nodes until it is over; how many there were.
pub(crate) fn of_nodes(mut rng: Rng, nodes: &mut [Sshd], tool: &Tool, over: &AtomicBool) -> u64 {
    let mut count = 0;
    while !over.load(Ordering::SeqCst) {
        wait(&mut rng, 0..1_500, over);
        let node = rng.usize(0..nodes.len());
        count += 1;
        match rng.u32(0..10) {
            0 => {
                nodes[node].stop();
                lasts(&mut rng, over);
                nodes[node].start_again();
            }
            1 => {
                nodes[node].stop();
                nodes[node].start_again();
            }
            2 => {
                nodes[node].signal("STOP");
                lasts(&mut rng, over);
                nodes[node].signal("CONT");
            }
            3 => {
                tool.does(&deed(&format!("sleep {}", tool.marker())));
                lasts(&mut rng, over);
            }
            4 => {
                // It will not be asked to end, and has printed a report before.
                tool.does(&deed(&format!(
                    "report; trap '' TERM; sleep {}",
                    tool.marker()
                )));
                lasts(&mut rng, over);
            }
            5 => {
                tool.does(&deed("sleep 0.5; note; report"));
                lasts(&mut rng, over);
            }
            _ => {
                tool.does(&deed(&ill()));
                lasts(&mut rng, over);
            }
        }
        heal_tool(tool);
    }
    count
}

/// Troubles of the panel until it is over; how many there were.
pub(crate) fn of_panel(mut rng: Rng, scenario: &Scenario, over: &AtomicBool) -> u64 {
    let mut count = 0;
    while !over.load(Ordering::SeqCst) {
        wait(&mut rng, 0..2_000, over);
        let fault = rng.choice(PANEL).copied().unwrap_or(Fault::Panel500);
        count += 1;
        scenario.set_fault(fault, true);
        lasts(&mut rng, over);
        scenario.set_fault(fault, false);
    }
    count
}

/// Watches until it is over that no command outlives its deadline on the node.
pub(crate) fn watch(tool: &Tool, over: &AtomicBool) -> Result<(), String> {
    let mut seen: HashMap<u32, Instant> = HashMap::new();
    while !over.load(Ordering::SeqCst) {
        let now = Instant::now();
        let alive = processes::with_word(tool.marker());
        seen.retain(|id, _| alive.contains(id));
        for id in alive {
            let age = now - *seen.entry(id).or_insert(now);
            if age > OLDEST {
                return Err(format!("process {id} hangs on the node for {age:?}"));
            }
        }
        sleep(Duration::from_millis(200));
    }
    Ok(())
}
