//! Go: `golang.org/x/time/rate`, whose token bucket the lab's is.
//!
//! Read from `rate.go`: a reservation taken back at the moment it was made leaves the limiter as it was, which is how two
//! limits are asked before either is charged, and how a refusal learns its Retry-After.

use super::shape::{self, Bucket};
use super::{Export, Wanted};
use crate::sim::Nanos;

const UNITS: [(&str, u64); 6] = [
    ("time.Hour", shape::HOUR),
    ("time.Minute", shape::MINUTE),
    ("time.Second", shape::SECOND),
    ("time.Millisecond", shape::MILLI),
    ("time.Microsecond", 1_000),
    ("time.Nanosecond", 1),
];

pub(super) fn export(wanted: &Wanted) -> Result<Export, String> {
    if wanted.algorithm.by_concurrency() {
        let limit = wanted.settings.limit;
        return Err(shape::no_flight("x/time/rate", &format!("TryAcquire on a golang.org/x/sync/semaphore.NewWeighted({limit})"), wanted));
    }
    let buckets = shape::buckets("x/time/rate", wanted)?;
    let patience = shape::patience("x/time/rate", &buckets)?;
    let mut text = format!("// {}\npackage limit\n\n", shape::headline(wanted));
    text.push_str(&imports(wanted.per_key));
    text.push_str(&match patience {
        Some(patience) => format!("// patience is the longest that a request waits for its turn.\nconst patience = {}\n\n", span(patience)),
        None => "// patience is nothing: a request goes on at once or not at all.\nconst patience = 0 * time.Second\n\n".to_owned(),
    });
    text.push_str(&limiters(wanted, &buckets));
    text.push_str(&reserve(wanted.per_key));
    text.push_str(&handler(wanted.per_key, patience.is_some()));
    Ok(Export { text, notes: notes(wanted, patience.is_some()) })
}

fn imports(per_key: bool) -> String {
    let net = if per_key { "\t\"net\"\n" } else { "" };
    format!("import (\n\t\"math\"\n{net}\t\"net/http\"\n\t\"strconv\"\n\t\"sync\"\n\t\"time\"\n\n\t\"golang.org/x/time/rate\"\n)\n\n")
}

fn limiters(wanted: &Wanted, buckets: &[Bucket]) -> String {
    let mut rows = String::new();
    for bucket in buckets {
        rows.push_str(&format!("\t\trate.NewLimiter({}, {}),\n", rate(bucket), bucket.burst));
    }
    let held = if wanted.per_key {
        "\tmu      sync.Mutex\n\tclients = map[string][]*rate.Limiter{}\n"
    } else {
        "\tmu       sync.Mutex\n\tlimiters = newLimiters()\n"
    };
    format!("var (\n{held})\n\nfunc newLimiters() []*rate.Limiter {{\n\treturn []*rate.Limiter{{\n{rows}\t}}\n}}\n\n")
}

/// Requests per second: a constant that the compiler divides, as exactly as a float64 can.
fn rate(bucket: &Bucket) -> String {
    let Bucket { limit, window, .. } = *bucket;
    let seconds = shape::seconds(window);
    match seconds.as_str() {
        "1" => limit.to_string(),
        _ if seconds.contains('.') => format!("{limit}/{seconds}"),
        // With a point, or Go divides whole numbers.
        _ => format!("{limit}/{seconds}.0"),
    }
}

fn reserve(per_key: bool) -> String {
    let (parameter, find) = if per_key {
        (
            "client string",
            "\tlimiters, known := clients[client]\n\tif !known {\n\t\tlimiters = newLimiters()\n\t\tclients[client] = limiters\n\t}\n",
        )
    } else {
        ("", "")
    };
    format!(
        "// reserve takes a token from each limiter and says how long to wait for the last of them.
// If that is too long it gives them all back, and says after how long it would not be.
func reserve({parameter}) (wait time.Duration, ok bool) {{
	mu.Lock()
	defer mu.Unlock()
{find}	now := time.Now()
	taken := make([]*rate.Reservation, len(limiters))
	for i, limiter := range limiters {{
		taken[i] = limiter.ReserveN(now, 1)
		if delay := taken[i].DelayFrom(now); delay > wait {{
			wait = delay
		}}
	}}
	if wait <= patience {{
		return wait, true
	}}
	for _, reservation := range taken {{
		reservation.CancelAt(now)
	}}
	return wait - patience, false
}}

"
    )
}

fn handler(per_key: bool, waits: bool) -> String {
    let (find, client) = if per_key { ("\t\tclient, _, _ := net.SplitHostPort(r.RemoteAddr)\n", "client") } else { ("", "") };
    let pause =
        if waits { "\t\tselect {\n\t\tcase <-time.After(wait):\n\t\tcase <-r.Context().Done():\n\t\t\treturn\n\t\t}\n" } else { "" };
    format!(
        "// Limit answers 429 to what is above the limit, with the Retry-After.
func Limit(next http.Handler) http.Handler {{
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {{
{find}		wait, ok := reserve({client})
		if !ok {{
			w.Header().Set(\"Retry-After\", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			http.Error(w, \"too many requests\", http.StatusTooManyRequests)
			return
		}}
{pause}		next.ServeHTTP(w, r)
	}})
}}
"
    )
}

fn span(span: Nanos) -> String {
    let (number, unit) = shape::in_units(span, &UNITS);
    format!("{number} * {unit}")
}

fn notes(wanted: &Wanted, waits: bool) -> Vec<String> {
    let mut notes: Vec<String> = shape::for_a_window("x/time/rate", wanted).into_iter().collect();
    if waits {
        notes.push("A client that goes away while it waits has used its token all the same.".to_owned());
    }
    if wanted.per_key {
        notes.push("The map remembers every client for ever: throw out those whose limiters are full again.".to_owned());
        notes.push("Behind a proxy or CDN, RemoteAddr is its address: take the client's from the header that it sets.".to_owned());
    }
    notes.push("It counts in this process; several servers let several times as much through.".to_owned());
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiters::{Algorithm, Settings};

    #[test]
    fn rates_are_constants_per_second() {
        let of = |limit, millis| rate(&Bucket { limit, window: Nanos::from_millis(millis), burst: 1, patience: None });
        assert_eq!([of(8, 1_000), of(1_000, 3_600_000), of(8, 250), of(1, 1_500)], ["8", "1000/3600.0", "8/0.25", "1/1.5"]);
        assert_eq!([Nanos(5 * shape::SECOND), Nanos(1_500_000)].map(span), ["5 * time.Second", "1500 * time.Microsecond"]);
    }

    #[test]
    fn a_limiter_for_everybody_is_written_so() {
        let wanted = Wanted { algorithm: Algorithm::TokenBucket, settings: Settings::default(), second: None, per_key: false };
        let expected = "// Token bucket (as Go x/time/rate Allow), 8 in one second with burst 8; for everybody together.
package limit

import (
	\"math\"
	\"net/http\"
	\"strconv\"
	\"sync\"
	\"time\"

	\"golang.org/x/time/rate\"
)

// patience is nothing: a request goes on at once or not at all.
const patience = 0 * time.Second

var (
	mu       sync.Mutex
	limiters = newLimiters()
)

func newLimiters() []*rate.Limiter {
	return []*rate.Limiter{
		rate.NewLimiter(8, 8),
	}
}

";
        let text = export(&wanted).unwrap().text;
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("wait, ok := reserve()\n") && !text.contains("select"), "{text}");
    }

    #[test]
    fn who_waits_may_leave() {
        let wanted = Wanted { algorithm: Algorithm::TokenWait, settings: Settings::default(), second: None, per_key: true };
        let text = export(&wanted).unwrap().text;
        assert!(text.contains("const patience = 5 * time.Second\n") && text.contains("case <-r.Context().Done():"), "{text}");
    }
}
