//! Addresses of peers that are asked over HTTP, as settings write them.

use reqwest::Url;

/// An address alone: no user, no password, no query and no `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
    /// As it was written, without a slash at its end.
    pub text: String,
}

impl Address {
    /// Of the word of a setting; the example is one that is right.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(word: &str, example: &str) -> Result<Address, String> {
        let url = Url::parse(word).ok();
        let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
        let url = url.ok_or_else(|| format!("it is no address: write one such as {example}"))?;
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(format!(
                "it must be an address alone, such as {example}: no user, no password, no query and no `#`"
            ));
        }
        let text = word.trim_end_matches('/').to_owned();
        Ok(Address { url, text })
    }

    /// Whether it speaks no TLS.
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether it is on this machine.
    pub fn is_here(&self) -> bool {
        matches!(
            self.url.host_str(),
            Some("localhost" | "127.0.0.1" | "[::1]")
        )
    }

    /// Whether a secret may go there.
    pub fn keeps_secrets(&self) -> bool {
        !self.is_plain() || self.is_here()
    }

    /// Whether both are of one scheme, host and port.
    pub fn is_beside(&self, other: &Address) -> bool {
        self.url.origin() == other.url.origin()
    }
}

impl Address {
    /// Whether both name one place, however they are written.
    pub fn is_same(&self, other: &Address) -> bool {
        let path = |address: &Address| address.url.path().trim_end_matches('/').to_owned();
        self.is_beside(other) && path(self) == path(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> Result<Address, String> {
        Address::read(word, "https://panel.example:8888")
    }

    #[test]
    fn an_address_stands_alone() {
        for word in [
            "https://a@panel.example",
            "https://:b@panel.example",
            "https://panel.example/?q",
            "https://panel.example/#f",
        ] {
            assert!(read(word).is_err_and(|why| why.contains("alone")), "{word}");
        }
        for word in ["", "panel.example", "ftp://panel.example", "https://"] {
            assert!(
                read(word).is_err_and(|why| why.contains("no address")),
                "{word}"
            );
        }
        let address = read("https://panel.example:8888/grafana/").expect("an address");
        assert_eq!(address.text, "https://panel.example:8888/grafana");
    }

    #[test]
    fn a_secret_goes_over_tls_or_stays_on_this_machine() {
        let keeps = |word| read(word).expect("an address").keeps_secrets();
        for word in [
            "https://panel.example",
            "http://localhost:1",
            "http://127.0.0.1",
            "http://[::1]:8888",
        ] {
            assert!(keeps(word), "{word}");
        }
        for word in [
            "http://panel.example",
            "http://127.0.0.1.example",
            "http://192.0.2.1",
        ] {
            assert!(!keeps(word), "{word}");
        }
    }

    #[test]
    fn what_stands_below_an_address_is_beside_it() {
        let panel = read("https://panel.example:8888").expect("an address");
        let beside = |word| read(word).expect("an address").is_beside(&panel);
        assert!(beside("https://panel.example:8888/grafana"));
        assert!(beside("HTTPS://PANEL.example:8888"));
        assert!(!beside("https://panel.example:8889/grafana"));
        assert!(!beside("http://panel.example:8888"));
        assert!(!beside("https://other.example:8888"));
    }
}
