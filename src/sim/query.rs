//! As much of PromQL as is asked of a storage cluster.
//!
//! ```text
//! sum by (tier) (tier:mdsd_fs_space_bytes:sum{cloud=""})
//! min(timestamp(mdsd_cluster_space_bytes{cloud=""}))
//! max(timestamp(mdsd_cluster_space_bytes{cloud=""}))
//! ```
//!
//! `=""` also selects a series that does not have the label, and `!="v"` too. Anything else is no query.

use std::collections::BTreeMap;

use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_till, take_while1},
    character::complete::{char, multispace0},
    combinator::{all_consuming, map, opt, value, verify},
    error::{Error, ErrorKind},
    multi::separated_list0,
    sequence::{delimited, preceded, terminated},
};

use crate::sim::metrics::{Labels, Series};

/// Deeper than anybody nests, and far from the end of the stack.
const DEEPEST: usize = 8;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    /// Series by name and labels.
    Selector(String, Vec<Matcher>),
    /// A sum for each set of values of these labels.
    Sum(Vec<String>, Box<Query>),
    /// The earliest time of any sample.
    Earliest(Box<Query>),
    /// The latest one.
    Latest(Box<Query>),
}

/// What a label must be, or must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matcher {
    label: String,
    equal: bool,
    value: String,
}

/// One line of a vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// When it was scraped or counted, in seconds of Unix time.
    at: f64,
}

/// Reads a query; `None` where it is none of the few forms.
pub(crate) fn parse(text: &str) -> Option<Query> {
    let (_, query) = all_consuming(|it| query(it, DEEPEST)).parse(text).ok()?;
    Some(query)
}

fn query(input: &str, depth: usize) -> IResult<&str, Query> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(nom::Err::Failure(Error::new(input, ErrorKind::TooLarge)));
    };
    let below = || in_brackets(move |it| query(it, depth));
    let sum = preceded(sign("sum"), (opt(by), below()));
    let time = move || in_brackets(preceded(sign("timestamp"), below()));
    let earliest = preceded(sign("min"), time());
    let latest = preceded(sign("max"), time());
    alt((
        map(sum, |(by, of)| {
            Query::Sum(by.unwrap_or_default(), Box::new(of))
        }),
        map(earliest, |of| Query::Earliest(Box::new(of))),
        map(latest, |of| Query::Latest(Box::new(of))),
        selector,
    ))
    .parse(input)
}

fn by(input: &str) -> IResult<&str, Vec<String>> {
    let labels = separated_list0(sign(","), map(name, str::to_owned));
    preceded(sign("by"), in_brackets(labels)).parse(input)
}

fn selector(input: &str) -> IResult<&str, Query> {
    let matchers = delimited(
        sign("{"),
        terminated(separated_list0(sign(","), matcher), opt(sign(","))),
        sign("}"),
    );
    map((name, opt(matchers)), |(name, matchers)| {
        Query::Selector(name.to_owned(), matchers.unwrap_or_default())
    })
    .parse(input)
}

fn matcher(input: &str) -> IResult<&str, Matcher> {
    let equal = alt((value(false, sign("!=")), value(true, sign("="))));
    // none of our values needs an escape
    let text = verify(take_till(|c| c == '"'), |it: &str| !it.contains('\\'));
    let text = delimited(char('"'), text, terminated(char('"'), multispace0));
    map(
        (name, equal, text),
        |(label, equal, value): (&str, _, &str)| Matcher {
            label: label.to_owned(),
            equal,
            value: value.to_owned(),
        },
    )
    .parse(input)
}

/// The name of a series or of a label.
fn name(input: &str) -> IResult<&str, &str> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let name = verify(take_while1(letters), |it: &str| {
        !it.starts_with(|c: char| c.is_ascii_digit())
    });
    delimited(multispace0, name, multispace0).parse(input)
}

fn sign<'a>(sign: &'static str) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>> {
    delimited(multispace0, tag(sign), multispace0)
}

fn in_brackets<'a, T>(
    inside: impl Parser<&'a str, Output = T, Error = Error<&'a str>>,
) -> impl Parser<&'a str, Output = T, Error = Error<&'a str>> {
    delimited(sign("("), inside, sign(")"))
}

impl Matcher {
    /// A label that is absent is an empty one.
    fn takes(&self, labels: &Labels) -> bool {
        let value = labels.get(self.label.as_str()).map_or("", String::as_str);
        (value == self.value) == self.equal
    }
}

impl Query {
    /// What it gives of these series, scraped at one moment and asked for at another; both in seconds of Unix time.
    pub(crate) fn of(&self, series: &[Series], scraped: f64, asked: f64) -> Vec<Sample> {
        match self {
            Query::Selector(name, matchers) => series
                .iter()
                .filter(|it| it.labels.get("__name__").is_some_and(|it| it == name))
                .filter(|it| matchers.iter().all(|matcher| matcher.takes(&it.labels)))
                .map(|it| Sample {
                    labels: it.labels.clone(),
                    value: it.value,
                    at: scraped,
                })
                .collect(),
            Query::Sum(by, of) => {
                let mut sums: BTreeMap<Labels, f64> = BTreeMap::new();
                for mut it in of.of(series, scraped, asked) {
                    it.labels.retain(|name, _| by.iter().any(|by| by == name));
                    // not from 0 on: the sum of nothing is no sum
                    let sum = sums.entry(it.labels).or_insert(-0.0);
                    *sum += it.value;
                }
                let one = |(labels, value)| Sample {
                    labels,
                    value,
                    at: asked,
                };
                sums.into_iter().map(one).collect()
            }
            Query::Earliest(of) | Query::Latest(of) => {
                let samples = of.of(series, scraped, asked);
                let which = match self {
                    Query::Latest(_) => f64::max,
                    _ => f64::min,
                };
                let moment = samples.iter().map(|it| it.at).reduce(which);
                let one = |value| Sample {
                    labels: Labels::new(),
                    value,
                    at: asked,
                };
                moment.map(one).into_iter().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Vec<Series> {
        let one = |name: &str, tier: &str, cloud: Option<&str>, value| {
            let mut labels = Labels::from([("__name__", name.to_owned())]);
            labels.insert("tier", tier.to_owned());
            labels.extend(cloud.map(|cloud| ("cloud", cloud.to_owned())));
            Series { labels, value }
        };
        vec![
            one("a:b", "0", None, 1.0),
            one("a:b", "1", None, 2.0),
            one("a:b", "0", Some("other"), 10.0),
            one("c", "0", None, f64::NAN),
        ]
    }

    /// Tier and value of each sample.
    fn of(text: &str) -> Vec<(String, f64)> {
        let samples = parse(text).unwrap().of(&series(), 50.5, 60.0);
        let tier = |it: &Sample| it.labels.get("tier").cloned().unwrap_or_default();
        samples.iter().map(|it| (tier(it), it.value)).collect()
    }

    #[track_caller]
    fn gives(text: &str, expected: &[(&str, f64)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(tier, value)| ((*tier).to_owned(), *value))
            .collect();
        assert_eq!(of(text), expected, "{text}");
    }

    #[test]
    fn an_empty_matcher_takes_what_lacks_the_label() {
        gives("a:b", &[("0", 1.0), ("1", 2.0), ("0", 10.0)]);
        gives("a:b{}", &[("0", 1.0), ("1", 2.0), ("0", 10.0)]);
        gives("a:b{cloud=\"\"}", &[("0", 1.0), ("1", 2.0)]);
        gives(" a:b { cloud != \"other\" , tier=\"1\", } ", &[("1", 2.0)]);
        gives("a:b{cloud!=\"\"}", &[("0", 10.0)]);
        gives("a", &[]);
    }

    #[test]
    fn sums_are_over_all_or_by_label_and_of_nothing_there_is_none() {
        gives("sum(a:b{cloud=\"\"})", &[("", 3.0)]);
        gives("sum by (tier) (a:b)", &[("0", 11.0), ("1", 2.0)]);
        gives("sum by(tier)(a:b{cloud=\"\"})", &[("0", 1.0), ("1", 2.0)]);
        gives("sum(sum by (tier, cloud) (a:b))", &[("", 13.0)]);
        gives("sum(d)", &[]);
        assert!(of("sum(c)").iter().all(|(_, value)| value.is_nan()));
    }

    #[test]
    fn a_sample_is_as_old_as_its_scrape_and_a_sum_as_its_query() {
        gives("min(timestamp(a:b{cloud=\"\"}))", &[("", 50.5)]);
        gives("min(timestamp(sum by (tier) (a:b)))", &[("", 60.0)]);
        gives("max(timestamp(a:b{cloud=\"\"}))", &[("", 50.5)]);
        gives("min(timestamp(d))", &[]);
    }

    #[test]
    fn anything_else_is_no_query() {
        let deep = "sum(".repeat(9) + "a" + &")".repeat(9);
        let deeper = "sum(".repeat(100_000);
        for text in [
            "",
            "sum(",
            "sum()",
            "max(a)",
            "min(a)",
            "timestamp(a)",
            "a[5m]",
            "a offset 5m",
            "a + b",
            "1",
            "a{b=~\"c\"}",
            "a{b=\"\\\"\"}",
            "a{b='c'}",
            "a{b}",
            "{a=\"b\"}",
            "sum(a) by (tier)",
            &deep,
            &deeper,
        ] {
            assert_eq!(parse(text), None, "{text:.40}");
        }
    }
}
