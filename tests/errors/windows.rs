//! What is said of windows and numbers that are none.

use vhi_usage::meter::{
    decimal::{Decimal, NoDecimal},
    window::{NoWindow, Window},
};

#[test]
fn a_window_and_a_number_that_are_none_are_told() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let (from, to) = (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:00:00.5Z"));
    let rows: [(Result<Window, NoWindow>, &str); 2] = [
        (
            Window::between(to, from),
            "`from` and `to` must be whole seconds",
        ),
        (
            Window::between(from, from),
            "`to` must be later than `from`",
        ),
    ];
    for (window, sentence) in rows {
        assert_eq!(window.unwrap_err().to_string(), sentence);
    }
    let number: Result<Decimal, NoDecimal> = "1,5".parse();
    assert_eq!(
        number.unwrap_err().to_string(),
        "no decimal number such as `0.999123`"
    );
}
