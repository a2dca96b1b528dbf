//! Every path that is answered, and where it leads.
//!
//! ```text
//! /api/v1/clusters/{name}/usage   ->   Usage, of the cluster that stands for {name}
//! ```

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Usage of a cluster; of the first one where the path names none.
    Usage,
    /// The list of clusters.
    Clusters,
    /// The newest text of a storage node.
    Raw,
    /// Whether the process lives.
    Health,
    /// Whether every cluster has usable figures.
    Ready,
    /// The description of all routes.
    Description,
}

/// A path in its segments.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// Its name in the description, of which generated clients make a name of their own.
    pub id: &'static str,
    /// Its segments; one of them may be [`NAME`].
    pub segments: &'static [&'static str],
    /// Where it leads.
    pub route: Route,
}

/// The segment that stands for the name of a cluster.
pub const NAME: &str = "{name}";

macro_rules! paths {
    ($($id:literal, [$($segment:expr),+] => $route:ident;)+) => {
        /// Every path; no two of them fit one request.
        pub const PATHS: &[Path] = &[
            $(Path { id: $id, segments: &[$($segment),+], route: Route::$route },)+
        ];
    };
}

paths! {
    "cluster_usage", ["api", "v1", "cluster", "usage"] => Usage;
    "usage_cluster", ["api", "v1", "usage", "cluster"] => Usage;
    "clusters", ["api", "v1", "clusters"] => Clusters;
    "named_cluster_usage", ["api", "v1", "clusters", NAME, "usage"] => Usage;
    "raw", ["api", "v1", "clusters", NAME, "raw"] => Raw;
    "openapi", ["api", "v1", "openapi.json"] => Description;
    "health", ["health"] => Health;
    "ready", ["ready"] => Ready;
}

/// The path that these segments are, and the name in it; `None` where they are none of ours.
pub fn find<'a>(segments: &[&'a str]) -> Option<(&'static Path, Option<&'a str>)> {
    let path = PATHS.iter().find(|path| path.fits(segments))?;
    let mut pairs = path.segments.iter().zip(segments);
    let name = pairs.find(|(own, _)| **own == NAME).map(|(_, name)| *name);
    Some((path, name))
}

impl Path {
    fn fits(&self, segments: &[&str]) -> bool {
        let mut pairs = self.segments.iter().zip(segments);
        let same = |own: &str, asked: &str| match own {
            NAME => !asked.is_empty(),
            _ => own == asked,
        };
        self.segments.len() == segments.len() && pairs.all(|(own, asked)| same(own, asked))
    }

    /// As it stands in the description, such as `/api/v1/clusters/{name}/usage`.
    pub fn template(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }

    /// Whether it names a cluster.
    pub fn named(&self) -> bool {
        self.segments.contains(&NAME)
    }

    /// Whether a token is asked for.
    pub fn guarded(&self) -> bool {
        !matches!(
            self.route,
            Route::Health | Route::Ready | Route::Description
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(segments: &[&str], expected: Option<(Route, Option<&str>)>) {
        let found = find(segments).map(|(path, name)| (path.route, name));
        assert_eq!(found, expected, "{segments:?}");
    }

    #[test]
    fn a_path_is_found_by_its_segments_and_a_name_is_any_word() {
        let usage = |name| Some((Route::Usage, name));
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
    fn every_path_is_found_under_its_own_segments() {
        for path in PATHS {
            let (found, _) = find(path.segments).unwrap();
            assert_eq!(found.id, path.id);
        }
        assert_eq!(PATHS[3].template(), "/api/v1/clusters/{name}/usage");
        let open = PATHS.iter().filter(|path| !path.guarded());
        let open: Vec<_> = open.map(Path::template).collect();
        assert_eq!(open, ["/api/v1/openapi.json", "/health", "/ready"]);
    }
}
