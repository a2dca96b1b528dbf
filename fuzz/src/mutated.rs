//! What may become of the lines of a text on its way: some are lost, doubled, moved, cut or corrupted,
//! and words of the format stand where nobody expects them.

use crate::drawn::Drawn;

/// The lines as bytes, after some mutations of them; `words` are put in here and there.
pub fn bytes(it: &mut Drawn<'_>, mut lines: Vec<String>, words: &[&str]) -> Vec<u8> {
    for _ in 0..it.below(4) {
        lines_changed(it, &mut lines, words);
    }
    let end = it.one_of(&["\n", "\n", "\r\n"]);
    let mut text = lines.join(end);
    if !it.once_in(3) {
        text.push_str(end);
    }
    if it.once_in(8) {
        text.insert(0, '\u{feff}');
    }
    let mut bytes = text.into_bytes();
    for _ in 0..it.below(4) {
        bytes_changed(it, &mut bytes, words);
    }
    bytes
}

/// The same as text.
pub fn text(it: &mut Drawn<'_>, lines: Vec<String>, words: &[&str]) -> String {
    String::from_utf8_lossy(&bytes(it, lines, words)).into_owned()
}

fn lines_changed(it: &mut Drawn<'_>, lines: &mut Vec<String>, words: &[&str]) {
    if lines.is_empty() {
        return;
    }
    let (one, other) = (it.below(lines.len()), it.below(lines.len()));
    match it.below(5) {
        0 => lines.swap(one, other),
        1 => lines.insert(one, lines[other].clone()),
        2 => drop(lines.remove(one)),
        3 => lines.insert(one, it.one_of(words).to_owned()),
        _ => {
            // without the line end between them
            let line = lines.remove(one);
            match lines.get_mut(one) {
                Some(next) => next.insert_str(0, &line),
                None => lines.push(line),
            }
        }
    }
}

fn bytes_changed(it: &mut Drawn<'_>, bytes: &mut Vec<u8>, words: &[&str]) {
    if bytes.is_empty() {
        return;
    }
    let at = it.below(bytes.len());
    match it.below(5) {
        0 => bytes[at] ^= 1 << it.below(8),
        1 => bytes[at] = it.byte(),
        2 => bytes.truncate(at),
        3 => drop(bytes.remove(at)),
        _ => {
            let word = it.one_of(words);
            bytes.splice(at..at, word.bytes());
        }
    }
}
