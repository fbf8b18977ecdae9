//! What a lane runs, as configuration or code for a product: something to take home.
//!
//! Where a product has no such algorithm, an export may be another one, but only if it keeps the promise of the one that
//! ran: no more at once, no more in any window. Its first note then says so. Where the product cannot keep the promise
//! there is no export, and a sentence names the nearest thing.
//!
//! Every name and default was checked in the product's documentation or source; nginx, HAProxy and Envoy were run.

mod caddy;
mod envoy;
mod go;
mod governor;
mod haproxy;
mod java;
mod nginx;
mod python;
mod shape;

use crate::limiters::{Algorithm, Settings};

/// What is to be exported: a lane's limiter, and for whom it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub algorithm: Algorithm,
    pub settings: Settings,
    /// A limit that holds at the same time, such as per hour. Limits on requests in flight have none.
    pub second: Option<Settings>,
    /// One limiter for each client; else one for everybody.
    pub per_key: bool,
}

/// A file, and what to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub text: String,
    /// Sentences: what the product does differently from what the lab ran, and what to adapt.
    pub notes: Vec<String>,
}

/// A product that can be told to do what the lab ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Nginx,
    Envoy,
    Haproxy,
    Caddy,
    Governor,
    Go,
    Python,
    Java,
}

/// What is written once about each: (slug in addresses, label, file name, language to highlight it as).
type Names = (&'static str, &'static str, &'static str, &'static str);

impl Target {
    pub const ALL: [Target; 8] =
        [Target::Nginx, Target::Envoy, Target::Haproxy, Target::Caddy, Target::Governor, Target::Go, Target::Python, Target::Java];

    const fn names(self) -> Names {
        match self {
            Target::Nginx => ("nginx", "nginx", "nginx.conf", "nginx"),
            Target::Envoy => ("envoy", "Envoy", "envoy.yaml", "yaml"),
            Target::Haproxy => ("haproxy", "HAProxy", "haproxy.cfg", "haproxy"),
            // No highlighter of ours knows a Caddyfile.
            Target::Caddy => ("caddy", "Caddy", "Caddyfile", "text"),
            Target::Governor => ("governor", "Rust: governor", "limits.rs", "rust"),
            Target::Go => ("go", "Go: x/time/rate", "limit.go", "go"),
            Target::Python => ("python", "Python: limits", "limit.py", "python"),
            Target::Java => ("java", "Java: Bucket4j", "RateLimit.java", "java"),
        }
    }

    /// In addresses.
    pub const fn slug(self) -> &'static str {
        self.names().0
    }

    pub const fn label(self) -> &'static str {
        self.names().1
    }

    pub const fn file_name(self) -> &'static str {
        self.names().2
    }

    /// What to highlight it as.
    pub const fn language(self) -> &'static str {
        self.names().3
    }

    /// `Err` is a sentence: why the product cannot, and the nearest thing that can.
    pub fn export(self, wanted: &Wanted) -> Result<Export, String> {
        match self {
            Target::Nginx => nginx::export(wanted),
            Target::Envoy => envoy::export(wanted),
            Target::Haproxy => haproxy::export(wanted),
            Target::Caddy => caddy::export(wanted),
            Target::Governor => governor::export(wanted),
            Target::Go => go::export(wanted),
            Target::Python => python::export(wanted),
            Target::Java => java::export(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::Delay;
    use crate::sim::Nanos;

    #[test]
    fn every_pair_gives_a_file_or_a_sentence() {
        for algorithm in Algorithm::ALL {
            for target in Target::ALL {
                let hourly = Settings { limit: 1_000, burst: 1_000, window: Nanos(3_600 * Nanos::SECOND.0), ..Settings::default() };
                for (per_key, second) in [(true, None), (false, Some(hourly))] {
                    let wanted = Wanted { algorithm, settings: Settings::default(), second, per_key };
                    match target.export(&wanted) {
                        Ok(export) => {
                            assert!(export.text.len() > 100 && export.text.ends_with('\n'), "{algorithm:?} for {target:?}");
                            assert!(!export.notes.is_empty(), "{algorithm:?} for {target:?}");
                            for note in export.notes {
                                assert!(is_sentence(&note), "{algorithm:?} for {target:?}: {note}");
                            }
                        }
                        Err(sentence) => assert!(is_sentence(&sentence), "{algorithm:?} for {target:?}: {sentence}"),
                    }
                }
            }
        }
    }

    fn is_sentence(text: &str) -> bool {
        text.ends_with('.') && !text.ends_with("..") && !text.contains("  ") && !text.contains('\n')
    }

    /// Settings that no lab allows must not stop anything either.
    #[test]
    fn extremes_do_not_panic() {
        let (most, least) = (u32::MAX, 0);
        let spans = [Nanos(0), Nanos(1), Nanos(333_333_333), Nanos(u64::MAX)];
        for algorithm in Algorithm::ALL {
            for target in Target::ALL {
                for window in spans {
                    for (limit, burst) in [(most, most), (least, least), (most, 1), (1, most)] {
                        for delay in [Delay::All, Delay::After(0), Delay::After(most), Delay::Nothing] {
                            let settings = Settings { limit, window, burst, delay, patience: window };
                            let wanted = Wanted { algorithm, settings, second: Some(settings), per_key: true };
                            let _ = target.export(&wanted);
                        }
                    }
                }
            }
        }
    }

    /// No reader is sent away empty-handed.
    #[test]
    fn each_algorithm_has_a_home() {
        for algorithm in Algorithm::ALL {
            let wanted = Wanted { algorithm, settings: Settings::default(), second: None, per_key: true };
            let homes = Target::ALL.into_iter().filter(|target| target.export(&wanted).is_ok()).count();
            assert!(homes >= 1, "{algorithm:?}");
        }
    }
}
