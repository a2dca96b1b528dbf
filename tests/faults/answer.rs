//! The judge of what is answered: each figure against the cluster's own, each gap against its reason.

use serde_json::Value;
use vhi_usage::{
    reading::Source,
    sim::{fault::Fault, figures::Figures},
};

use crate::{
    expected::{self, End},
    model::{self, May},
    reasons::{explained, problem, reasons},
};

const TIB: f64 = 1_099_511_627_776.0;

/// What is true of one site with one fault.
pub(crate) struct Judge<'a> {
    fault: Fault,
    billed: Source,
    /// What may be told at one time or another: with the fault, and perhaps without it.
    true_at_times: Vec<(Option<Fault>, Figures)>,
    /// The figures of these times, by source and place.
    all_true: Vec<May>,
    well: &'a Value,
}

impl Judge<'_> {
    /// The answer of a site where all is `well` tells what compute is.
    pub(crate) fn new(
        fault: Fault,
        billed: Source,
        true_at_times: Vec<(Option<Fault>, Figures)>,
        well: &Value,
    ) -> Judge<'_> {
        Judge {
            fault,
            billed,
            all_true: model::all_true(&true_at_times),
            true_at_times,
            well,
        }
    }

    /// A fault may come between two questions of one reading: what that can do without is not there then.
    pub(crate) fn halfway(mut self) -> Self {
        let newest = self.true_at_times.last().map(|(_, figures)| *figures);
        let lost = [Source::Overview, Source::Prometheus].map(|source| {
            let end = expected::ends(self.fault, true).of(source);
            end != End::Reads || self.fault == Fault::SessionExpiry
        });
        for (is_lost, halfway) in lost
            .into_iter()
            .zip([Fault::License403, Fault::MetricsEmpty])
        {
            self.true_at_times
                .extend(newest.filter(|_| is_lost).map(|it| (Some(halfway), it)));
        }
        self.all_true = model::all_true(&self.true_at_times);
        self
    }

    /// Judges an answer to the usage route, and the list of clusters.
    #[track_caller]
    pub(crate) fn answers(&self, usage: &Value, clusters: &Value) {
        reasons(usage);
        reasons(clusters);
        let listed = &clusters["clusters"][0];
        for part in ["storage", "compute"] {
            explained(&listed[part]);
        }
        let witnesses = listed["witnesses"].as_array().unwrap();
        assert_eq!(witnesses.len(), Source::ALL.len() - 1);
        witnesses.iter().for_each(explained);
        let unread = listed["drift"]["unread_lines"].as_u64();
        // It may have been read before the fault, too.
        let may = unread.is_none_or(|count| count == 0 || count == model::unread(self.fault));
        assert!(may, "{listed}");
        match usage["http"].as_u64() {
            Some(200) => self.body(usage),
            _ => problem(usage),
        }
    }

    /// Judges an answer that no other comes after: what differs is found, and what is the same as well.
    #[track_caller]
    pub(crate) fn last(&self, usage: &Value) {
        let Some(rows) = usage["storage"]["witnesses"].as_array() else {
            return problem(usage);
        };
        let ssh = |row: &Value| self.billed == Source::Ssh || row["source"] == "ssh";
        let overview = |row: &Value| self.billed == Source::Overview || row["source"] == "overview";
        for row in rows.iter().filter(|row| row["verdict"] != "not_comparable") {
            let differs = match self.fault {
                Fault::OverviewShifted => overview(row) && shows_one_percent(row),
                Fault::DecimalPrint => ssh(row),
                _ => false,
            };
            let verdict = if differs { "differs" } else { "agrees" };
            assert_eq!(row["verdict"], verdict, "{row}");
        }
        // Some source in exact bytes reads, whatever the fault.
        let printed = expected::ends(self.fault, false).of(Source::Ssh) == End::Reads;
        let evidence = match self.fault {
            Fault::DecimalPrint => "contradicted".into(),
            _ if printed => "confirmed".into(),
            _ if self.billed == Source::Ssh => "undecided".into(),
            _ => Value::Null,
        };
        assert_eq!(usage["storage"]["size_base_evidence"], evidence);
    }

    fn body(&self, body: &Value) {
        let storage = &body["storage"];
        explained(storage);
        explained(&body["compute"]);
        assert_eq!(
            body.get("storage_error").is_some(),
            storage["state"] == "missing"
        );
        let told = |at: &str| storage.pointer(at).unwrap_or(&Value::Null);
        let missing = storage["state"] == "missing";
        for ((_, at), expected) in self
            .all_true
            .iter()
            .filter(|((it, _), _)| *it == self.billed)
        {
            match missing {
                true => assert_eq!(told(at), &Value::Null, "{at}"),
                false => self.is(at, told(at), self.billed, expected),
            }
        }
        let words = self
            .true_at_times
            .iter()
            .map(|(fault, _)| model::words(self.billed, *fault));
        let is_true = words.map(|words| words.into_iter().all(|(at, it)| *told(at) == it));
        assert!(missing || is_true.into_iter().any(|it| it), "{storage}");
        for name in ["total", "used", "free"] {
            let tib = body[format!("logical_storage_{name}_tib")].as_f64();
            let bytes = storage["logical"][name]["bytes"].as_f64();
            assert_eq!(tib.is_some(), bytes.is_some(), "{name}");
            let off = tib.zip(bytes).map(|(tib, bytes)| (tib - bytes / TIB).abs());
            assert!(
                off.is_none_or(|off| off < 0.005_001),
                "{name}: {tib:?}, {bytes:?}"
            );
        }
        for row in storage["witnesses"].as_array().unwrap() {
            self.row(row);
        }
        self.compute(body);
    }

    /// What the figure of a source at this place may be.
    #[track_caller]
    pub(crate) fn may_be(&self, source: Source, at: &str) -> &[Option<u64>] {
        let known = self
            .all_true
            .iter()
            .find(|((it, place), _)| *it == source && place == at);
        let known = known.map(|(_, may)| may.as_slice());
        known.unwrap_or_else(|| panic!("{} has no {at}", source.name()))
    }

    /// The figure of compute is that of a panel where all is well.
    #[track_caller]
    pub(crate) fn is_well(&self, name: &str, told: &Value) {
        assert_eq!(told.as_f64(), self.well["compute"][name].as_f64(), "{name}");
    }

    /// The figure is one of these.
    #[track_caller]
    pub(crate) fn is(&self, at: &str, told: &Value, source: Source, expected: &[Option<u64>]) {
        let is_one = expected.iter().any(|bytes| match bytes {
            None => told.is_null(),
            Some(bytes) => self.is_bytes(told, source, *bytes),
        });
        assert!(
            is_one,
            "{at} of {} is {told}, and not {expected:?}",
            source.name()
        );
    }

    fn is_bytes(&self, told: &Value, source: Source, bytes: u64) -> bool {
        let [min, exact, max] = ["min", "bytes", "max"].map(|key| told[key].as_u64());
        let (Some(min), Some(exact), Some(max)) = (min, exact, max) else {
            return false;
        };
        // What the report prints in powers of 1000 is off until a person says so.
        let decimal = self.fault == Fault::DecimalPrint && source == Source::Ssh;
        let within = min <= bytes && bytes <= max || decimal && is_decimal(min, bytes, max);
        let to_the_byte = source == Source::Ssh || min == max;
        within && to_the_byte && min <= exact && exact <= max
    }

    fn row(&self, row: &Value) {
        let source = Source::ALL
            .into_iter()
            .find(|it| row["source"] == it.name())
            .unwrap();
        let quantity = row["quantity"].as_str().unwrap();
        let at = format!("/{}", quantity.replace('.', "/"));
        let expected = self.may_be(source, &at);
        match &row["figure"] {
            Value::Null => assert!(row["why"].is_string(), "{row}"),
            figure => self.is(quantity, figure, source, expected),
        }
        assert_eq!(
            row["why"].is_null(),
            row["verdict"] != "not_comparable",
            "{row}"
        );
    }

    /// Each figure of compute is that of a panel where all is well, or none.
    fn compute(&self, body: &Value) {
        let fields = body.as_object().unwrap().iter();
        let flat =
            fields.filter(|(name, _)| !name.starts_with("logical_storage_") && *name != "http");
        let here = body["compute"].as_object().unwrap().iter();
        let well = &self.well["compute"];
        let pairs = flat.map(|(name, it)| (name, it, &self.well[name]));
        let pairs = pairs.chain(here.map(|(name, it)| (name, it, &well[name])));
        let mut found = 0;
        for (name, told, well) in
            pairs.filter(|(name, told, _)| *name != "schema" && told.is_number())
        {
            assert_eq!(told.as_f64(), well.as_f64(), "{name}");
            found += 1;
        }
        let least = match self.fault {
            Fault::SparseStat => 5,
            Fault::OldNames => 20,
            _ => 55,
        };
        assert!(found >= least, "{found} figures of compute: {body}");
    }
}

/// Whether a difference of a hundredth is more than the tolerance of this row lets pass.
fn shows_one_percent(row: &Value) -> bool {
    let bytes = row["figure"]["bytes"].as_f64().unwrap();
    bytes / 101.0 > row["tolerance_bytes"].as_f64().unwrap()
}

/// Whether the interval is that of these bytes, in powers of 1000 taken for powers of 1024.
fn is_decimal(min: u64, bytes: u64, max: u64) -> bool {
    let binary = u128::from(bytes) * (1 << 40) / 1_000_000_000_000;
    u128::from(min) <= binary + 1 && binary <= u128::from(max)
}
