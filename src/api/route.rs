//! Every path that is answered, and where it leads.
//!
//! ```text
//! /api/v1/clusters/{name}/usage   ->   Usage, of the cluster that stands for {name}
//! ```

use crate::api::scope::Scope;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Usage of a cluster; of the first one where the path names none.
    Usage,
    /// The list of clusters.
    Clusters,
    /// The newest text of a storage node.
    Raw,
    /// What a cluster used, point by point.
    History,
    /// What that adds up to.
    Summary,
    /// Every month that there is.
    Periods,
    /// One month.
    Period,
    /// Closes a month.
    Close,
    /// The readings that stood at a time.
    Standing,
    /// A reading that is kept.
    Reading,
    /// The text that it was read from.
    ReadingText,
    /// Whether the process lives.
    Health,
    /// Whether every cluster has usable figures.
    Ready,
    /// The description of all routes.
    Description,
    /// What Prometheus reads.
    Metrics,
}

/// How is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    /// GET, and HEAD for what stands above the body.
    Read,
    /// POST, of which no body is read.
    Write,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever does.
    Everybody,
    /// Whoever shows a token, whatever it is good for.
    Token,
    /// Whoever shows a token that is good for one of these, of which the first asks for least.
    AnyOf(&'static [Scope]),
}

/// A path that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// Its name in the description, of which generated clients make a name of their own.
    pub id: &'static str,
    /// As it is written, such as `/api/v1/clusters/{name}/usage`.
    pub pattern: &'static str,
    segments: &'static [&'static str],
    /// Where it leads.
    pub route: Route,
}

/// The segment that stands for the name of a cluster. What else is in braces stands for a word behind it.
const NAME: &str = "{name}";

macro_rules! paths {
    ($($id:literal = $($segment:literal)/+ => $route:ident;)+) => {
        /// Every path; no two of them fit one request.
        pub const PATHS: &[Path] = &[$(Path {
            id: $id,
            pattern: concat!($("/", $segment),+),
            segments: &[$($segment),+],
            route: Route::$route,
        },)+];
    };
}

paths! {
    "cluster_usage" = "api" / "v1" / "cluster" / "usage" => Usage;
    "usage_cluster" = "api" / "v1" / "usage" / "cluster" => Usage;
    "clusters" = "api" / "v1" / "clusters" => Clusters;
    "named_cluster_usage" = "api" / "v1" / "clusters" / "{name}" / "usage" => Usage;
    "raw" = "api" / "v1" / "clusters" / "{name}" / "raw" => Raw;
    "usage_history" = "api" / "v1" / "clusters" / "{name}" / "usage" / "history" => History;
    "usage_summary" = "api" / "v1" / "clusters" / "{name}" / "usage" / "summary" => Summary;
    "periods" = "api" / "v1" / "clusters" / "{name}" / "periods" => Periods;
    "period" = "api" / "v1" / "clusters" / "{name}" / "periods" / "{month}" => Period;
    "close_period" = "api" / "v1" / "clusters" / "{name}" / "periods" / "{month}" / "close" => Close;
    "readings" = "api" / "v1" / "clusters" / "{name}" / "readings" => Standing;
    "reading" = "api" / "v1" / "clusters" / "{name}" / "readings" / "{id}" => Reading;
    "reading_text" = "api" / "v1" / "clusters" / "{name}" / "readings" / "{id}" / "raw" => ReadingText;
    "openapi" = "api" / "v1" / "openapi.json" => Description;
    "metrics" = "metrics" => Metrics;
    "health" = "health" => Health;
    "ready" = "ready" => Ready;
}

/// A path that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The path.
    pub path: &'static Path,
    /// Its place in [`PATHS`].
    pub place: usize,
    /// The name of a cluster in it, where it has one.
    pub name: Option<&'a str>,
    /// The month or the name of a reading in it, where it has one.
    pub item: Option<&'a str>,
}

/// The path that these segments are; `None` where they are none of ours.
pub fn find<'a>(segments: &[&'a str]) -> Option<Found<'a>> {
    let mut paths = PATHS.iter().enumerate();
    let (place, path) = paths.find(|(_, path)| path.fits(segments))?;
    let said = |wanted: fn(&str) -> bool| {
        let mut pairs = path.segments.iter().zip(segments);
        let found = pairs.find(|(own, _)| wanted(own));
        found.map(|(_, word)| *word)
    };
    Some(Found {
        path,
        place,
        name: said(|own| own == NAME),
        item: said(|own| is_variable(own) && own != NAME),
    })
}

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{')
}

impl Methods {
    /// As `Allow` says it.
    pub fn names(self) -> &'static str {
        match self {
            Methods::Read => "GET, HEAD",
            Methods::Write => "POST",
        }
    }
}

impl Path {
    fn fits(&self, segments: &[&str]) -> bool {
        let mut pairs = self.segments.iter().zip(segments);
        let same = |own: &str, asked: &str| match own {
            own if is_variable(own) => !asked.is_empty(),
            own => own == asked,
        };
        self.segments.len() == segments.len() && pairs.all(|(own, asked)| same(own, asked))
    }

    /// Whether it names a cluster.
    pub fn named(&self) -> bool {
        self.segments.contains(&NAME)
    }

    /// The words in braces, in their order.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        let names = self.segments.iter().filter(|own| is_variable(own));
        names.map(|own| own.trim_matches(['{', '}']))
    }

    /// How it is asked.
    pub fn methods(&self) -> Methods {
        match self.route {
            Route::Close => Methods::Write,
            _ => Methods::Read,
        }
    }

    /// Whether what is kept is asked for it.
    pub fn is_kept(&self) -> bool {
        match self.route {
            Route::History
            | Route::Summary
            | Route::Periods
            | Route::Period
            | Route::Close
            | Route::Standing
            | Route::Reading
            | Route::ReadingText => true,
            Route::Usage
            | Route::Clusters
            | Route::Raw
            | Route::Health
            | Route::Ready
            | Route::Description
            | Route::Metrics => false,
        }
    }

    /// Whether a caller that holds the body is told so, and sent none.
    pub fn is_tagged(&self) -> bool {
        let tagged = self.is_kept() || matches!(self.route, Route::Usage | Route::Description);
        tagged && self.methods() == Methods::Read
    }

    /// Who may ask.
    pub fn access(&self) -> Access {
        match self.route {
            Route::Health | Route::Ready | Route::Description => Access::Everybody,
            Route::Clusters => Access::Token,
            Route::Usage => Access::AnyOf(&[Scope::Usage]),
            Route::Raw | Route::Metrics => Access::AnyOf(&[Scope::Ops]),
            Route::History
            | Route::Summary
            | Route::Periods
            | Route::Period
            | Route::Standing
            | Route::Reading => Access::AnyOf(&[Scope::Usage, Scope::Billing]),
            // Who checks a bill comes from its figures to the texts behind them.
            Route::ReadingText => Access::AnyOf(&[Scope::Billing, Scope::Ops]),
            Route::Close => Access::AnyOf(&[Scope::Billing]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(segments: &[&str], expected: Option<(Route, Option<&str>)>) {
        let found = find(segments).map(|found| (found.path.route, found.name));
        assert_eq!(found, expected, "{segments:?}");
    }

    #[test]
    fn a_path_is_found_by_its_segments_and_a_name_is_any_word() {
        let usage = |name| Some((Route::Usage, name));
        let item = |segments: &[&'static str]| {
            let found = find(segments).unwrap();
            (found.path.route, found.name.unwrap(), found.item)
        };
        let months = ["api", "v1", "clusters", "a", "periods", "2026-10", "close"];
        assert_eq!(item(&months[..5]), (Route::Periods, "a", None));
        assert_eq!(item(&months[..6]), (Route::Period, "a", Some("2026-10")));
        assert_eq!(item(&months), (Route::Close, "a", Some("2026-10")));
        leads(&["api", "v1", "clusters", "a", "periods", ""], None);
        leads(&["api", "v1", "cluster", "usage"], usage(None));
        leads(&["api", "v1", "usage", "cluster"], usage(None));
        leads(&["api", "v1", "clusters", "a", "usage"], usage(Some("a")));
        leads(
            &["api", "v1", "clusters", "usage", "raw"],
            Some((Route::Raw, Some("usage"))),
        );
        leads(&["api", "v1", "clusters", "", "usage"], None);
        leads(&["api", "v1", "clusters", "a"], None);
        leads(&["api", "v1", "clusters"], Some((Route::Clusters, None)));
        leads(&["api", "v1", "clusters", "a", "usage", "more"], None);
        leads(&["api", "v1"], None);
        leads(&[""], None);
    }

    #[test]
    fn every_path_is_found_under_its_own_pattern() {
        for (place, path) in PATHS.iter().enumerate() {
            let segments: Vec<&str> = path.pattern.split('/').skip(1).collect();
            let found = find(&segments).unwrap();
            assert_eq!((found.path, found.place), (path, place));
        }
        let with = |access| {
            let paths = PATHS.iter().filter(move |path| path.access() == access);
            paths.map(|path| path.pattern).collect::<Vec<_>>()
        };
        let open = ["/api/v1/openapi.json", "/health", "/ready"];
        assert_eq!(with(Access::Everybody), open);
        assert_eq!(with(Access::Token), ["/api/v1/clusters"]);
        let ops = ["/api/v1/clusters/{name}/raw", "/metrics"];
        assert_eq!(with(Access::AnyOf(&[Scope::Ops])), ops);
        assert_eq!(with(Access::AnyOf(&[Scope::Usage])).len(), 3);
        let close = ["/api/v1/clusters/{name}/periods/{month}/close"];
        assert_eq!(with(Access::AnyOf(&[Scope::Billing])), close);
        let kept = with(Access::AnyOf(&[Scope::Usage, Scope::Billing]));
        assert_eq!(kept.len(), 6);
        for path in PATHS {
            let writes = path.methods() == Methods::Write;
            assert_eq!(writes, path.route == Route::Close, "{}", path.pattern);
        }
    }
}
