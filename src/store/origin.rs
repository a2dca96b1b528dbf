//! Where a kept reading came from: what most readings of a cluster have in common, kept once.

use serde_json::{Value, json};

use crate::{
    amount::SizeBase,
    meter::quantity::Series,
    reading::{BaseInForce, Basis, Source},
    words::words,
};

words! {
    /// Who was asked for a kept reading.
    Asked as "ReadingSource" {
        /// `vstorage stat` on a storage node.
        Ssh = "ssh",
        /// The overview of the panel.
        Overview = "overview",
        /// Prometheus itself.
        Prometheus = "prometheus",
        /// Prometheus, through Grafana.
        Grafana = "grafana",
        /// The compute stat of the panel.
        ComputeStat = "compute_stat",
    }
}

words! {
    /// What a reading was read for.
    Role as "ReadingRole" {
        /// It is billed for storage.
        Storage = "storage",
        /// It is billed for compute.
        Compute = "compute",
        /// It is held against the one that is billed, and never billed itself.
        Witness = "witness",
    }
}

impl Role {
    /// Every role by its number in the store.
    pub fn numbered(number: i64) -> Option<Role> {
        Role::ALL.into_iter().find(|role| *role as i64 == number)
    }

    /// The series that its readings make; those of witnesses make none.
    pub fn series(self) -> Option<Series> {
        match self {
            Role::Storage => Some(Series::Storage),
            Role::Compute => Some(Series::Compute),
            Role::Witness => None,
        }
    }
}

impl From<Source> for Asked {
    fn from(source: Source) -> Asked {
        match source {
            Source::Ssh => Asked::Ssh,
            Source::Overview => Asked::Overview,
            Source::Prometheus => Asked::Prometheus,
            Source::Grafana => Asked::Grafana,
        }
    }
}

impl Asked {
    /// The storage source of this name; `None` where it is none of storage.
    pub fn storage(self) -> Option<Source> {
        Source::ALL.into_iter().find(|it| it.name() == self.name())
    }
}

/// Where a reading came from, and how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Who was asked.
    pub source: Asked,
    /// The node that was asked, where one was.
    pub node: Option<String>,
    /// What the node was asked to run, where one was.
    pub command: Option<String>,
    /// The cluster's own word on its state.
    pub cluster_status: Option<String>,
    /// What a printed unit letter stood for, where sizes were printed.
    pub size_base: Option<BaseInForce>,
    /// The release whose parser read it.
    pub parser: String,
    /// For how many seconds it stands where no other one follows: `max_age` as it was in force.
    pub holds: u32,
}

impl Origin {
    /// What *logical* means for it; `None` for compute.
    pub fn basis(&self) -> Option<Basis> {
        self.source.storage().map(Source::basis)
    }

    /// As it is kept: JSON, its keys always in this order.
    pub fn written(&self) -> String {
        json!({
            "source": self.source.name(),
            "node": self.node,
            "command": self.command,
            "cluster_status": self.cluster_status,
            "size_base": self.size_base.map(|it| it.base.factor()),
            "size_base_configured": self.size_base.map(|it| it.configured),
            "parser": self.parser,
            "holds": self.holds,
        })
        .to_string()
    }

    /// What was written so; `None` for any other text.
    pub fn read(text: &str) -> Option<Origin> {
        let kept: Value = serde_json::from_str(text).ok()?;
        let word = |key: &str| kept.get(key)?.as_str().map(str::to_owned);
        let source = word("source")?;
        let size_base = match kept.get("size_base")?.as_u64() {
            None => None,
            Some(factor) => Some(BaseInForce {
                base: factor.to_string().parse::<SizeBase>().ok()?,
                configured: kept.get("size_base_configured")?.as_bool()?,
            }),
        };
        Some(Origin {
            source: Asked::ALL.into_iter().find(|it| it.name() == source)?,
            node: word("node"),
            command: word("command"),
            cluster_status: word("cluster_status"),
            size_base,
            parser: word("parser")?,
            holds: kept.get("holds")?.as_u64()?.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_it_was_written() {
        for source in Asked::ALL {
            let bare = Origin {
                source,
                node: None,
                command: None,
                cluster_status: None,
                size_base: None,
                parser: "0.1.0".to_owned(),
                holds: 900,
            };
            let full = Origin {
                node: Some("node1.example".to_owned()),
                command: Some("/usr/bin/vstorage -c cluster1 stat".to_owned()),
                cluster_status: Some("healthy".to_owned()),
                size_base: Some(BaseInForce {
                    base: SizeBase::Decimal,
                    configured: true,
                }),
                ..bare.clone()
            };
            for origin in [bare, full] {
                assert_eq!(Origin::read(&origin.written()), Some(origin));
            }
        }
        assert_eq!(Origin::read("{}"), None);
        assert_eq!(Origin::read(""), None);
    }
}
