//! Cases of the HTTP cache, clause by clause: what happened before, what is asked when, what comes of it, and why.
//!
//! A line has six cells: clause | kind of cache | events before | request | what comes of it | part of the reason.
//! An event is `moment METHOD target [fields] => delay: status [fields]`; target (`/a`), fields and delay may be left out,
//! events are separated by ` ; `, fields by ` ~ `. `=> none` is no reply at all. `{-10}` is the date ten seconds before the
//! moment 0. A reply has a Date of the moment its request went out, unless it says otherwise (`Date: -`: none), and ten
//! bytes of content. What comes of it: the outcome, the status, `Name=value` or `-Name` for the response's fields, the same
//! after `>` for what is forwarded, `stored=n` at the end of it all; after `then` what the client gets when the reply is
//! there, and whose it is. Spaces in values do not count. The reason has to stand in a ruling with that very clause.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use field_guide::http::cache::{Cache, Kind, Outcome, Received, Ruling, Verdict};
use field_guide::http::date;
use field_guide::http::engine::By;
use field_guide::http::fields::Fields;
use field_guide::http::message::{Request, Response};
use field_guide::http::state::NOON;
use field_guide::http::status;

#[path = "conformance/report.rs"]
mod report;

use report::Report;

const TABLE: &str = r#"
# Storing
9111 3 | P | 0 GET => 200 [CC: max-age=60] | 1 GET | fresh 200 Age=1 stored=1 | The request was GET
9111 3 | P | 0 POST => 200 [CC: max-age=60] | 1 GET | miss stored=0 | keeps no responses to POST
9111 3 | P | 0 HEAD => 200 [CC: max-age=60] | 1 GET | miss stored=0 | keeps no responses to HEAD
9111 3 | P | 0 GET => 103 [CC: max-age=60] | 1 GET | miss stored=0 | 103 is no final status
9111 5.2.1.5 | P | 0 GET [CC: no-store] => 200 [CC: max-age=60] | 1 GET | miss stored=0 | The request says no-store
9111 5.2.2.5 | P | 0 GET => 200 [CC: no-store, max-age=60] | 1 GET | miss stored=0 | The response says no-store
9111 5.2.2.5 | S | 0 GET => 200 [CC: public, no-store, max-age=60] | 1 GET | miss stored=0 | The response says no-store
9111 5.2.2.3 | P | 0 GET => 200 [CC: must-understand, no-store, max-age=60] | 1 GET | fresh 200 Age=1 | must-understand overrides it
9111 5.2.2.3 | P | 0 GET => 299 [CC: must-understand, max-age=60] | 1 GET | miss stored=0 | does not know 299
9111 5.2.2.3 | P | 0 GET => 299 [CC: must-understand, no-store, max-age=60] | 1 GET | miss stored=0 | does not know 299
9111 3 | P | 0 GET => 299 [CC: max-age=60] | 1 GET | fresh 299 Age=1 | Nothing demands more of 299
9111 3.3 | P | 0 GET [Range: bytes=0-3] => 206 [CC: max-age=60 ~ Content-Range: bytes 0-3/10] | 1 GET | miss stored=0 | no partial content
9111 3 | P | 0 GET [IMS: {-9}] => 304 [CC: max-age=60] | 1 GET | miss stored=0 |
9111 5.2.2.7 | S | 0 GET => 200 [CC: private, max-age=60] | 1 GET | miss stored=0 | this cache is shared
9111 5.2.2.7 | P | 0 GET => 200 [CC: private, max-age=60] | 1 GET | fresh 200 Age=1 | so is this cache
9111 5.2.2.7 | S | 0 GET => 200 [CC: private="X-User", max-age=60 ~ X-User: ann] | 1 GET | fresh 200 Age=1 -X-User | Only X-User is private
9111 5.2.2.7 | P | 0 GET => 200 [CC: private="X-User", max-age=60 ~ X-User: ann] | 1 GET | fresh 200 X-User=ann | so is this cache
9111 5.2.2.7 | S | 0 GET => 200 [CC: private, community="UCI", max-age=60] | 1 GET | miss stored=0 | this cache is shared
9111 3.5 | S | 0 GET [Authorization: Basic YTpi] => 200 [CC: max-age=60] | 1 GET | miss stored=0 | neither public nor s-maxage
9111 3.5 | P | 0 GET [Authorization: Basic YTpi] => 200 [CC: max-age=60] | 1 GET | fresh 200 Age=1 | do not matter to a private cache
9111 3.5 | S | 0 GET [Authorization: Basic YTpi] => 200 [CC: public, max-age=60] | 1 GET | fresh 200 Age=1 | public allows it
9111 3.5 | S | 0 GET [Authorization: Basic YTpi] => 200 [CC: s-maxage=60] | 1 GET | fresh 200 Age=1 | s-maxage allows it
9111 3.5 | S | 0 GET [Authorization: Basic YTpi] => 200 [CC: must-revalidate, max-age=60] | 1 GET | fresh 200 Age=1 | must-revalidate allows it
9111 3.5 | S | 0 GET [Authorization: Basic YTpi] => 200 [CC: proxy-revalidate, max-age=60] | 1 GET | miss stored=0 | neither public nor s-maxage
9111 3.5 | S | 0 GET => 200 [CC: max-age=60] | 1 GET [Authorization: Basic YTpi] | fresh 200 Age=1 | carried no credentials
9111 3 | P | 0 GET => 302 [Location: /b] | 1 GET | miss stored=0 | 302 is not heuristically cacheable
9111 3 | P | 0 GET => 302 [Location: /b ~ CC: max-age=60] | 1 GET | fresh 302 Age=1 Location=/b | There is max-age
9111 3 | P | 0 GET => 302 [Location: /b ~ Expires: {60}] | 1 GET | fresh 302 Age=1 | There is Expires
9111 3 | S | 0 GET => 302 [Location: /b ~ CC: s-maxage=60] | 1 GET | fresh 302 Age=1 | There is s-maxage
9111 3 | P | 0 GET => 302 [Location: /b ~ CC: s-maxage=60] | 1 GET | miss stored=0 | 302 is not heuristically cacheable
9111 3 | P | 0 GET => 302 [Location: /b ~ CC: private ~ LM: {-1000}] | 1 GET | fresh 302 Age=1 | There is private
9111 3 | S | 0 GET => 302 [Location: /b ~ CC: public ~ LM: {-1000}] | 1 GET | fresh 302 Age=1 | There is public
9111 4.2.2 | P | 0 GET => 404 | 1 GET | miss stored=1 | 404 is heuristically cacheable
9111 4.2.2 | P | 0 GET => 301 [Location: /b ~ LM: {-1000}] | 99 GET | fresh 301 Age=99 | 301 is heuristically cacheable
9111 3 | P | 0 GET => 500 [LM: {-1000}] | 1 GET | miss stored=0 | 500 is not heuristically cacheable
9111 3.3 | P | 0 GET => 200 [CC: max-age=60 ~ Content-Length: 20] | 1 GET | miss stored=0 | says 20, and 10 bytes came
9111 4 | P | 0 GET => 200 [CC: max-age=60 ~ Connection: X-Hop ~ X-Hop: 1 ~ X-New: 2] | 1 GET | fresh 200 -Connection -X-Hop X-New=2 | current age, 1 s
9111 4 | S | 0 GET => 200 [CC: max-age=60 ~ Proxy-Authenticate: Basic realm="a"] | 1 GET | fresh 200 -Proxy-Authenticate | current age, 1 s
9111 4 | P | 0 GET => 200 [CC: no-cache="Set-Cookie", max-age=60 ~ Set-Cookie: a=b] | 1 GET | fresh 200 -Set-Cookie | does not say no-cache
9111 4 | S | 0 GET => 200 [CC: max-age=60 ~ Set-Cookie: a=b] | 1 GET | fresh 200 Set-Cookie=a=b | current age, 1 s
9111 4.1 | P | 0 GET => 200 [CC: max-age=60 ~ Vary: *] | 1 GET | miss stored=0 | no later request matches

# Lifetime
9111 4.2 | P | 0 GET => 200 [CC: max-age=60] | 59 GET | fresh 200 Age=59 | stays fresh for 1 s
9111 4.2 | P | 0 GET => 200 [CC: max-age=60] | 60 GET | miss >-INM >-IMS | it is stale by 0 s
9111 4.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 60 GET | validate >INM="a" | it is stale by 0 s
9111 4.2.1 | S | 0 GET => 200 [CC: max-age=60, s-maxage=10] | 9 GET | fresh 200 Age=9 | s-maxage gives it 10 s
9111 5.2.2.10 | S | 0 GET => 200 [CC: max-age=60, s-maxage=10] | 10 GET | miss | s-maxage forbids a shared cache
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=60, s-maxage=10] | 59 GET | fresh 200 Age=59 | max-age gives it 60 s
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=60 ~ Expires: {10}] | 59 GET | fresh 200 Age=59 | max-age gives it 60 s
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=0 ~ Expires: {100}] | 1 GET | miss | max-age gives it 0 s
9111 4.2.1 | S | 0 GET => 200 [CC: s-maxage=60 ~ Expires: {10}] | 59 GET | fresh 200 Age=59 | s-maxage gives it 60 s
9111 4.2.1 | P | 0 GET => 200 [Expires: {60}] | 59 GET | fresh 200 Age=59 | Expires is 60 s later than Date
9111 4.2 | P | 0 GET => 200 [Expires: {60}] | 60 GET | miss | it is stale by 0 s
9111 5.3 | P | 0 GET => 200 [Expires: 0] | 1 GET | miss stored=1 | has expired already
9111 5.3 | P | 0 GET => 200 [Expires: Sat, 24 Nov 2040 12:00:00 UTC] | 1 GET | miss stored=1 | has expired already
9111 4.2.1 | P | 0 GET => 200 [Expires: {-10}] | 1 GET | miss stored=1 | not later than Date
9111 4.2.1 | P | 0 GET => 200 [Expires: sat, 24 nov 2040 12:00:00 gmt] | 1 GET | fresh 200 Age=1 | later than Date
9111 4.2.1 | P | 0 GET => 200 [Expires: {60} ~ Expires: {10}] | 59 GET | fresh 200 Age=59 | Expires is 60 s later than Date
9111 4.2.1 | P | 0 GET => 200 [Date: {-30} ~ Expires: {30}] | 29 GET | fresh 200 Age=59 | Expires is 60 s later than Date
9111 4.2.1 | P | 0 GET => 200 [Date: - ~ Expires: {60}] | 59 GET | fresh 200 Age=59 Date={0} | Expires is 60 s later than Date
9111 4.2.1 | P | 0 GET => 200 [Date: today ~ Expires: {60}] | 59 GET | fresh 200 Age=59 Date={0} | Expires is 60 s later than Date
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=10, max-age=60] | 20 GET | miss | max-age gives it 10 s
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=abc] | 1 GET | miss stored=1 | max-age gives it 0 s
9111 4.2.1 | P | 0 GET => 200 [CC: max-age="60"] | 59 GET | fresh 200 Age=59 | max-age gives it 60 s
9111 4.2.1 | P | 0 GET => 200 [CC: MAX-AGE=60, shiny] | 59 GET | fresh 200 Age=59 | max-age gives it 60 s
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=99999999999] | 1000 GET | fresh 200 Age=1000 | gives it 2147483648 s
9111 4.2.2 | P | 0 GET => 200 [LM: {-1000}] | 99 GET | fresh 200 Age=99 | a tenth of the 1000 s
9111 4.2.2 | P | 0 GET => 200 [LM: {-1000}] | 100 GET | validate >IMS={-1000} | a tenth of the 1000 s
9111 4.2.2 | P | 0 GET /a?q => 200 [LM: {-1000}] | 99 GET /a?q | fresh 200 Age=99 | a tenth of the 1000 s
9111 4.2.2 | P | 0 GET => 200 [LM: {100}] | 1 GET | validate >IMS={100} | a tenth of the 0 s
9111 4.2.2 | P | 0 GET => 200 [ETag: "a"] | 1 GET | validate >INM="a" | no Last-Modified to guess from
9111 4.2.1 | P | 0 GET => 200 [CC: max-age=5 ~ LM: {-1000}] | 10 GET | validate >IMS={-1000} | max-age gives it 5 s
9111 5.2.2.4 | P | 0 GET => 200 [CC: no-cache, max-age=60 ~ ETag: "a"] | 1 GET | validate >INM="a" | The response says no-cache
9111 4.2.2 | P | 0 GET => 410 [LM: {-1000}] | 99 GET | fresh 410 Age=99 | 410 is heuristically cacheable

# Age
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: 20] | 39 GET | fresh 200 Age=59 | 20 s when it came
9111 4.2 | P | 0 GET => 200 [CC: max-age=60 ~ Age: 20] | 40 GET | miss | it is stale by 0 s
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: 20, 99] | 39 GET | fresh 200 Age=59 | 20 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: 20 ~ Age: 99] | 39 GET | fresh 200 Age=59 | 20 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: old] | 59 GET | fresh 200 Age=59 | 0 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: -5] | 59 GET | fresh 200 Age=59 | 0 s when it came
9111 4.2.3 | P | 0 GET => 5: 200 [CC: max-age=60 ~ Age: 20] | 10 GET | fresh 200 Age=30 | 25 s when it came, and 5 s here
9111 4.2.3 | P | 0 GET => 5: 200 [CC: max-age=60] | 10 GET | fresh 200 Age=10 | 5 s when it came, and 5 s here
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Date: {100}] | 10 GET | fresh 200 Age=10 | 0 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Date: {-40}] | 19 GET | fresh 200 Age=59 | 40 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Date: {-10} ~ Age: 40] | 10 GET | fresh 200 Age=50 | 40 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Date: {-40} ~ Age: 10] | 10 GET | fresh 200 Age=50 | 40 s when it came
9111 4.2.3 | P | 0 GET => 200 [CC: max-age=60 ~ Age: 99999999999] | 1 GET | miss | It is 2147483648 s old

# Stale
9111 4.2.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 15 GET | validate >INM="a" | Neither the client nor the response
9111 5.2.1.2 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 15 GET [CC: max-stale] | stale 200 Age=15 | takes any staleness
9111 5.2.1.2 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 15 GET [CC: max-stale=5] | stale 200 Age=15 | not more than the 5 s
9111 5.2.1.2 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 15 GET [CC: max-stale=4] | validate >INM="a" | 5 s, more than the 4 s
9111 5.2.2.2 | P | 0 GET => 200 [CC: max-age=10, must-revalidate ~ ETag: "a"] | 15 GET [CC: max-stale] | validate | must-revalidate forbids
9111 4.2 | P | 0 GET => 200 [CC: max-age=10, must-revalidate ~ ETag: "a"] | 9 GET | fresh 200 Age=9 | stays fresh for 1 s
9111 5.2.2.8 | S | 0 GET => 200 [CC: max-age=10, proxy-revalidate ~ ETag: "a"] | 15 GET [CC: max-stale] | validate | proxy-revalidate forbids
9111 4.2.4 | P | 0 GET => 200 [CC: max-age=10, proxy-revalidate ~ ETag: "a"] | 15 GET [CC: max-stale] | stale 200 Age=15 | Nothing in the response forbids
9111 5.2.2.10 | S | 0 GET => 200 [CC: s-maxage=10 ~ ETag: "a"] | 15 GET [CC: max-stale] | validate | s-maxage forbids
9111 4.2.4 | P | 0 GET => 200 [CC: max-age=10, s-maxage=10] | 15 GET [CC: max-stale] | stale 200 Age=15 | Nothing in the response forbids
9111 5.2.2.4 | P | 0 GET => 200 [CC: no-cache, max-age=10 ~ ETag: "a"] | 5 GET [CC: max-stale] | validate | The response says no-cache
5861 3 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] | 610 GET | stale 200 Age=610 >INM="a" | may be used for 30 s
5861 3 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] | 630 GET | stale 200 Age=630 | may be used for 30 s
5861 3 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] | 631 GET | validate >INM="a" | longer than the 30 s
5861 3 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30] | 610 GET | stale 200 Age=610 >-INM >-IMS | may be used for 30 s
9111 5.2.2.2 | S | 0 GET => 200 [CC: max-age=600, must-revalidate, stale-while-revalidate=30 ~ ETag: "a"] | 610 GET | validate | must-revalidate forbids
9111 5.2.1.1 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] | 610 GET [CC: max-age=1000] | validate | wants nothing stale
9111 5.2.1.2 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] | 610 GET [CC: max-stale=5] | validate | more than the 5 s
9111 4.3.4 | S | 0 GET => 200 [CC: max-age=600, stale-while-revalidate=30 ~ ETag: "a"] ; 610 GET => 304 [ETag: "a"] | 620 GET | fresh 200 Age=10 | names the strong
9111 4.3.1 | S | 0 GET => 200 [CC: max-age=10 ~ ETag: "a" ~ LM: {-100}] | 15 GET | validate >INM="a" >IMS={-100} | and If-Modified-Since
5861 3 | S | 0 GET [Accept: a/b ~ X: 1] => 200 [CC: max-age=10, stale-while-revalidate=9 ~ Vary: Accept ~ ETag: "a"] | 15 GET [Accept: a/b] | stale 200 >Accept=a/b >-X | may be used for 9 s

# What the client wants
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 20 GET [CC: max-age=10] | validate >INM="a" | 20 s are more than the 10 s
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=60] | 10 GET [CC: max-age=10] | fresh 200 Age=10 | 10 s are not more than
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [CC: max-age=0] | validate >INM="a" | 1 s are more than
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=10] | 15 GET [CC: max-age=20] | miss | wants nothing stale
9111 5.2.1.2 | P | 0 GET => 200 [CC: max-age=10] | 15 GET [CC: max-age=20, max-stale=9] | stale 200 Age=15 | not more than the 9 s
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=10] | 25 GET [CC: max-age=20, max-stale] | miss | 25 s are more than the 20 s
8246 2.1 | P | 0 GET => 200 [CC: max-age=600, immutable ~ ETag: "a"] | 10 GET [CC: max-age=0] | fresh 200 Age=10 | it is immutable
9111 5.2.1.1 | P | 0 GET => 200 [CC: max-age=600, immutable ~ ETag: "a"] | 600 GET [CC: max-age=0] | validate >INM="a" | 600 s are more than
9111 5.2.1.4 | P | 0 GET => 200 [CC: max-age=600, immutable ~ ETag: "a"] | 10 GET [CC: no-cache] | validate >INM="a" | The request says no-cache
9111 5.2.1.1 | P | 0 GET http://h.example/ => 200 [CC: max-age=600, immutable] | 9 GET http://h.example/ [CC: max-age=0] | miss | 9 s are more than
9111 5.2.1.3 | P | 0 GET => 200 [CC: max-age=60] | 40 GET [CC: min-fresh=20] | fresh 200 Age=40 | it stays fresh for the 20 s
9111 5.2.1.3 | P | 0 GET => 200 [CC: max-age=60] | 41 GET [CC: min-fresh=20] | miss | it does not stay fresh
9111 5.2.1.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [CC: no-cache] | validate >INM="a" >CC=no-cache | The request says no-cache
9111 5.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [Pragma: no-cache] | validate >INM="a" | deprecated and still read
9111 5.2.1.4 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [Pragma: no-cache ~ CC: max-age=100] | fresh 200 Age=1 | does not say no-cache
9111 4 | P | 0 GET => 200 [CC: max-age=60 ~ Pragma: no-cache] | 1 GET | fresh 200 Age=1 | does not say no-cache
9111 5.2.1.7 | P | | 0 GET [CC: only-if-cached] | refused 504 | only-if-cached
9111 4.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [CC: only-if-cached] | fresh 200 Age=1 | stays fresh for 59 s
9111 5.2.1.7 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 61 GET [CC: only-if-cached] | refused 504 | only-if-cached
9111 5.2.1.2 | P | 0 GET => 200 [CC: max-age=60] | 61 GET [CC: only-if-cached, max-stale=9] | stale 200 Age=61 | not more than the 9 s
9111 5.2.1.7 | P | 0 GET [Accept: a/b] => 200 [CC: max-age=60 ~ Vary: Accept] | 1 GET [CC: only-if-cached] | refused 504 | only-if-cached
9111 4.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [CC: no-store] | fresh 200 Age=1 stored=1 | stays fresh for 59 s

# Selecting
9111 4.1 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [Accept-Language: de] | fresh 200 | It has no Vary
9111 4.1 | P | 0 GET [Accept-Language: de] => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET [Accept-Language: de] | fresh 200 | is the same as when it was stored
9111 4.1 | P | 0 GET [Accept-Language: de] => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET [Accept-Language: en] | miss stored=1 | was `de` when it was stored, and is `en` now
9111 4.1 | P | 0 GET [Accept-Language: de] => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET | miss | is absent now
9111 4.1 | P | 0 GET => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET | fresh 200 | is the same as when it was stored
9111 4.1 | P | 0 GET => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET [Accept-Language: de] | miss | was absent when it was stored
9111 4.1 | P | 0 GET [Accept-Encoding: GZIP] => 200 [CC: max-age=60 ~ Vary: accept-encoding] | 1 GET [Accept-Encoding: gzip] | fresh 200 | is the same
9111 4.1 | P | 0 GET [Accept: text/html;q=0.5,a/b] => 200 [CC: max-age=60 ~ Vary: Accept] | 1 GET [Accept: text/html; q=0.5 , a/b] | fresh 200 | is the same
9111 4.1 | P | 0 GET [Accept-Language: de ~ Accept-Language: en] => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET [Accept-Language: de, en] | fresh 200 | is the same
9111 4.1 | P | 0 GET [Accept-Language: de, en] => 200 [CC: max-age=60 ~ Vary: Accept-Language] | 1 GET [Accept-Language: en, de] | miss | was `de, en`
9111 4.1 | P | 0 GET [User-Agent: A] => 200 [CC: max-age=60 ~ Vary: User-Agent] | 1 GET [User-Agent: a] | miss | was `A`
9111 4.1 | P | 0 GET [Accept: a/b ~ Cookie: a=1] => 200 [CC: max-age=60 ~ Vary: Accept, Cookie] | 1 GET [Accept: a/b ~ Cookie: a=2] | miss | Cookie was `a=1`
9111 4.1 | P | 0 GET [Accept: a/b ~ Cookie: a=1] => 200 [CC: max-age=60 ~ Vary: Accept ~ Vary: Cookie] | 1 GET [Accept: a/b ~ Cookie: a=2] | miss | Cookie was `a=1`
9111 4 | P | 0 GET [Accept: a/b] => 200 [CC: max-age=60 ~ Vary: Accept ~ X: 1] ; 1 GET [Accept: c/d] => 200 [CC: max-age=60 ~ Vary: Accept ~ X: 2] | 2 GET [Accept: a/b] | fresh 200 X=1 Age=2 stored=2 | 2 responses are stored
9111 4 | P | 0 GET [Accept: a/b] => 200 [CC: max-age=60 ~ Vary: Accept ~ X: 1] ; 1 GET [Accept: c/d] => 200 [CC: max-age=60 ~ Vary: Accept ~ X: 2] | 2 GET [Accept: c/d] | fresh 200 X=2 Age=1 stored=2 | 2 responses are stored
9111 4.1 | P | 0 GET => 200 [CC: max-age=90 ~ X: 1] ; 1 GET [CC: no-cache] => 200 [CC: max-age=90 ~ Date: {-50} ~ X: 2] | 2 GET | fresh 200 X=1 Age=2 stored=2 | the most recent by Date
9111 4.1 | P | 0 GET [Accept: a/b] => 200 [CC: max-age=60 ~ Vary: Accept ~ X: 1] ; 1 GET => 200 [CC: max-age=60 ~ X: 2] | 2 GET [Accept: a/b] | fresh 200 X=1 Age=2 stored=2 | of those with Vary
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 GET /b | miss | Nothing is stored for
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 GET /a?x | miss | Nothing is stored for
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 GET https://EXAMPLE.org:443/a | fresh 200 Age=1 | One response is stored
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 GET http://example.org/a | miss | Nothing is stored for
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 HEAD | fresh 200 Age=1 Content-Length=10 | answers HEAD too
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 OPTIONS | through | Responses to OPTIONS are not stored
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 PUT | through | it is written through
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 POST [CC: only-if-cached] | through | it is written through

# The client's own conditions
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a" ~ X: 1] | 1 GET [INM: "a"] | fresh 304 ETag="a" Age=1 CC=max-age=60 -X | matches what is stored
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [INM: "z", W/"a"] | fresh 304 | matches what is stored
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [INM: "b"] | fresh 200 | does not match
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [INM: *] | fresh 304 | matches what is stored
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ LM: {-100}] | 1 GET [IMS: {-100}] | fresh 304 LM={-100} | Last-Modified is not later
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ LM: {-100}] | 1 GET [IMS: {-101}] | fresh 200 | Last-Modified is later
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [IMS: {0}] | fresh 304 | as there is no Last-Modified
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [IMS: {-1}] | fresh 200 | as there is no Last-Modified
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ LM: {-100}] | 1 GET [IMS: soon] | fresh 200 | no valid date
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a" ~ LM: {-100}] | 1 GET [INM: "b" ~ IMS: {-100}] | fresh 200 | does not match
9111 4.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a" ~ LM: {-100}] | 1 GET [If-Match: "z" ~ If-Unmodified-Since: {-200}] | fresh 200 | stays fresh
9111 4.2 | P | 0 GET => 404 [CC: max-age=60] | 1 GET [INM: *] | fresh 404 | stays fresh
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 HEAD [INM: "a"] | fresh 304 | matches what is stored
9110 14.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [Range: bytes=0-3] | fresh 206 Content-Range=bytes0-3/10 Content-Length=4 Age=1 | Bytes 0 to 3 of 10
9110 14.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [Range: bytes=0-1,4-5] | fresh 200 Content-Length=10 | single ranges only
9110 14.2 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [Range: lines=0-1] | fresh 200 | no range of bytes
9110 15.5.17 | P | 0 GET => 200 [CC: max-age=60] | 1 GET [Range: bytes=10-] | fresh 416 Content-Range=bytes*/10 | None of the 10 bytes
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [Range: bytes=0-3 ~ If-Range: "a"] | fresh 206 | `"a"` is what is stored
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] | 1 GET [Range: bytes=0-3 ~ If-Range: "b"] | fresh 200 | `"b"` is not what is stored

# Asking the next hop
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ LM: {-100}] | 20 GET | validate >IMS={-100} >-INM | asked with If-Modified-Since
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ LM: once] | 20 GET | miss >-IMS | It has no validator
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: "b"] | validate >INM="b","a" | asked with If-None-Match
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: "a"] | validate >INM="a" | asked with If-None-Match
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ LM: {-100}] | 20 GET [IMS: {-500}] | validate >IMS={-100} | asked with If-Modified-Since
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [IMS: {-500}] | validate >INM="a" >-IMS | asked with If-None-Match
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a" ~ LM: {-100}] | 20 GET [Range: bytes=0-3] | validate >INM="a" >-IMS >Range=bytes=0-3 | asked with If-None-Match
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ LM: {-100}] | 20 GET [INM: "b"] | miss >INM="b" >-IMS | no ETag to add
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: *] | miss >INM=* | left as it is
9111 4.3.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: W/"a"] | 20 GET | validate >INM=W/"a" | asked with If-None-Match

# The reply
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 [ETag: "a"] | validate then cache 200 -Age ETag="a" Date={20} stored=1 | names the strong `"a"`
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] ; 20 GET => 304 [ETag: "a" ~ CC: max-age=100] | 110 GET | fresh 200 Age=90 CC=max-age=100 | names the strong
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 [ETag: "b"] | validate then retry stored=1 | names the strong `"b"`
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: W/"a"] | 20 GET => 304 [ETag: W/"a"] | validate then cache 200 | names the weak
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: W/"a"] | 20 GET => 304 [ETag: "a"] | validate then retry | names the strong
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 | validate then retry | has no validator
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ LM: {-100}] | 20 GET => 304 [LM: {-100}] | validate then cache 200 | names Last-Modified
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ LM: {-100}] | 20 GET => 304 [LM: {-90}] | validate then retry | names Last-Modified
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10] | 20 GET [IMS: {50}] => 304 | miss then cache 304 | has no validator
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: "b"] => 304 [ETag: "b"] | validate then origin 304 | the 304 is for it
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: "b"] => 304 [ETag: "a"] | validate then cache 200 ETag="a" | does not match
9111 4.3.2 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [INM: "a"] => 304 [ETag: "a"] | validate then cache 304 ETag="a" | matches what is stored
9111 4.3.4 | P | | 0 GET [INM: "b"] => 304 [ETag: "b"] | miss then origin 304 stored=0 | the 304 is for it
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 [ETag: "a" ~ Content-Length: 99 ~ X: 1] | validate then cache 200 Content-Length=10 X=1 | names the strong
9111 5.2.2.5 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 [ETag: "a" ~ CC: no-store] | validate then cache 200 stored=0 | The response says no-store
9111 4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 304 [ETag: "a" ~ Age: 7] | validate then cache 200 Age=7 | current age, 7 s
9111 5.1 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a" ~ Age: 5] | 20 GET => 304 [ETag: "a"] | validate then cache 200 -Age | for this very request
9111 3 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 200 [CC: max-age=10 ~ ETag: "b"] | validate then origin 200 ETag="b" stored=1 | There is max-age
9111 5.2.2.5 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 200 [CC: no-store ~ ETag: "b"] | validate then origin 200 stored=0 | The response says no-store
9111 3 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 403 | validate then origin 403 stored=1 | 403 is not heuristically
5861 4 | P | 0 GET => 200 [CC: max-age=600, stale-if-error=1200] | 900 GET => 500 | miss then cache 200 Age=900 | not more than the 1200 s
5861 4 | P | 0 GET => 200 [CC: max-age=600, stale-if-error=1200] | 1800 GET => 500 | miss then cache 200 Age=1800 | not more than the 1200 s
5861 4 | P | 0 GET => 200 [CC: max-age=600, stale-if-error=1200] | 1801 GET => 500 | miss then origin 500 | 1201 s, more than the 1200 s
5861 4 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET [CC: stale-if-error=60] => 503 | validate then cache 200 Age=20 | not more than the 60 s
5861 4 | S | 0 GET => 200 [CC: max-age=10, stale-if-error=60] | 20 GET => 2: 504 | miss then cache 200 Age=22 | by 12 s, not more than
9111 4.3.3 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] | 20 GET => 503 | validate then origin 503 stored=1 | There is no stale-if-error
9111 3 | P | 0 GET => 200 [CC: max-age=10, stale-if-error=60 ~ ETag: "a"] | 20 GET => 505 | validate then origin 505 stored=1 | 505 is not heuristically
9111 5.2.2.2 | P | 0 GET => 200 [CC: max-age=10, must-revalidate, stale-if-error=60] | 20 GET => 503 | miss then origin 503 | must-revalidate forbids
9111 5.2.2.4 | P | 0 GET => 200 [CC: no-cache, stale-if-error=60 ~ ETag: "a"] | 20 GET => 503 | validate then origin 503 | The response says no-cache
9111 4.2.4 | P | 0 GET => 200 [CC: max-age=10] | 20 GET => none | miss then cache 200 Age=20 | The cache is disconnected
9111 5.2.2.2 | P | 0 GET => 200 [CC: max-age=10, must-revalidate] | 20 GET => none | miss then front 504 | must-revalidate forbids
9111 5.2.2.10 | S | 0 GET => 200 [CC: s-maxage=10] | 20 GET => none | miss then front 504 | s-maxage forbids
9111 5.2.2.4 | P | 0 GET => 200 [CC: no-cache ~ ETag: "a"] | 20 GET => none | validate then front 504 | The response says no-cache
9111 5.2.1.4 | P | 0 GET => 200 [CC: max-age=60] | 20 GET [CC: no-cache] => none | miss then front 504 | The request says no-cache
9111 4 | P | | 0 GET => none | miss then front 504 | Nothing is stored for
9111 4 | P | 0 GET => 200 [CC: max-age=60] | 1 PUT => none | through then front 504 stored=1 | it is written through

# HEAD
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=10 ~ ETag: "a"] ; 20 HEAD => 200 [CC: max-age=100 ~ ETag: "a"] | 50 GET | fresh 200 Age=30 | its fields are updated
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 HEAD [CC: no-cache] => 200 [ETag: "b"] | 6 GET | validate >INM="a" stored=1 | ETag is another
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60 ~ LM: {-9}] ; 5 HEAD [CC: no-cache] => 200 [LM: {-8}] | 6 GET | validate | Last-Modified is another
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 HEAD [CC: no-cache] => 200 [ETag: "a" ~ Content-Length: 99] | 6 GET | validate | Content-Length is 99 and not 10
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60] ; 5 HEAD [CC: no-cache] => 200 [Content-Length: 10 ~ X: 1] | 6 GET | fresh 200 Age=1 X=1 | its fields are updated
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 HEAD [CC: no-cache] => 200 [ETag: "b"] | 6 GET [CC: max-stale] | stale 200 Age=6 | so it counts as stale
9111 4.3.5 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 HEAD [CC: no-cache] => 200 [ETag: "b"] ; 6 GET => 304 [ETag: "a"] | 7 GET | fresh 200 Age=1 | ETag is another

# Writes
9111 4.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 PUT => 204 | 6 GET | validate >INM="a" stored=1 | it is invalid until it is validated
9111 4.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 PUT => 303 | 6 GET | validate | 303 is no error
9111 4.4 | P | 0 GET => 200 [CC: max-age=60] ; 5 PUT => 500 | 6 GET | fresh 200 Age=6 | 500, which is an error
9111 4.4 | P | 0 GET => 200 [CC: max-age=60] ; 5 DELETE => 412 | 6 GET | fresh 200 Age=6 | 412, which is an error
9111 4.4 | P | 0 GET => 200 [CC: max-age=60] ; 5 BREW => 200 | 6 GET | miss | BREW may have changed the target
9111 4.2 | P | 0 GET => 200 [CC: max-age=60] ; 5 OPTIONS => 200 | 6 GET | fresh 200 Age=6 | stays fresh
9111 4.4 | P | 0 GET /b => 200 [CC: max-age=60] ; 5 POST => 201 [Location: /b] | 6 GET /b | miss | Location, `/b`, is of the same origin
9111 4.4 | P | 0 GET /x/b => 200 [CC: max-age=60] ; 5 POST /x/a => 200 [Content-Location: b] | 6 GET /x/b | miss | Content-Location, `b`, is of the same origin
9111 4.4 | S | 0 GET https://o.example/b => 200 [CC: max-age=60] ; 5 POST => 201 [Location: https://o.example/b] | 6 GET https://o.example/b | fresh 200 Age=6 | is of another origin
9111 4.2 | P | 0 GET /b => 200 [CC: max-age=60] ; 5 PUT => 204 | 6 GET /b | fresh 200 Age=6 | stays fresh
9111 4.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 PUT => 204 | 6 GET [CC: max-stale, only-if-cached] | refused 504 | it is invalid until
9111 4.3.4 | P | 0 GET => 200 [CC: max-age=60 ~ ETag: "a"] ; 5 PUT => 204 ; 6 GET => 304 [ETag: "a"] | 7 GET | fresh 200 Age=1 | names the strong
9111 4.4 | P | 0 GET => 200 [CC: max-age=60] ; 5 PUT => 204 | 6 GET => none | miss then front 504 | it is invalid until
9111 4.4 | P | 0 GET => 200 [CC: max-age=60] ; 5 PUT => 204 ; 6 GET => 200 [CC: max-age=60 ~ X: 2] | 7 GET | fresh 200 Age=1 X=2 stored=1 | PUT may have changed
"#;

struct Case<'a> {
    line: usize,
    clause: String,
    kind: Kind,
    before: Vec<Event>,
    asked: Event,
    expected: &'a str,
    reason: &'a str,
}

struct Event {
    at: u64,
    request: Request,
    /// `None`: the next hop is not looked at. `Some(None)`: it does not answer.
    reply: Option<Option<Response>>,
    delay: u64,
}

/// What became of the last request.
struct Course {
    cache: Cache,
    verdict: Verdict,
    received: Option<Received>,
    /// Of all that happened.
    rulings: Vec<Ruling>,
}

fn cases() -> Vec<Case<'static>> {
    let lines = TABLE.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(index, line)| case(index + 1, line)).collect()
}

fn case(line: usize, text: &str) -> Case<'_> {
    let cells: Vec<&str> = text.split('|').map(str::trim).collect();
    let [clause, kind, before, asked, expected, reason] = cells[..] else {
        panic!("line {line} has {} cells", cells.len());
    };
    let (document, section) = clause.split_once(' ').expect("a document and a section");
    let kind = match kind {
        "P" => Kind::Private,
        "S" => Kind::Shared,
        other => panic!("line {line}: {other} is no cache"),
    };
    let before = before.split(" ; ").filter(|event| !event.is_empty()).map(event).collect();
    Case { line, clause: format!("RFC {document} §{section}"), kind, before, asked: event(asked), expected, reason }
}

fn event(text: &str) -> Event {
    let (left, right) = text.split_once("=>").map_or((text, None), |(left, right)| (left, Some(right.trim())));
    let (start, fields) = with_fields(left);
    let mut words = start.split_whitespace();
    let at = words.next().and_then(|word| word.parse::<u64>().ok()).expect("a moment");
    let method = words.next().expect("a method");
    let mut request = Request::new(method, words.next().unwrap_or("/a"));
    request.fields.push("Host", "example.org");
    for (name, value) in fields {
        request.fields.push(name, value);
    }
    let (delay, answer) = match right.and_then(|right| right.split_once(": ").filter(|(delay, _)| delay.parse::<u64>().is_ok())) {
        Some((delay, answer)) => (delay.parse().expect("a delay"), Some(answer)),
        None => (0, right),
    };
    let reply = answer.map(|answer| (answer != "none").then(|| reply(answer, method, at)));
    Event { at: NOON + at, request, reply, delay }
}

fn reply(text: &str, method: &str, sent: u64) -> Response {
    let (code, fields) = with_fields(text);
    let mut response = Response::new(code.trim().parse().expect("a status"));
    if method != "HEAD" && status::may_have_content(response.status) {
        response.body = b"0123456789".to_vec();
    }
    response.fields.push("Date", date::format(NOON + sent));
    for (name, value) in fields {
        match (name.as_str(), value.as_str()) {
            ("Date", "-") => {
                response.fields.remove("Date");
            }
            ("Date", _) => response.fields.set(name, value),
            _ => response.fields.push(name, value),
        }
    }
    response
}

/// What stands before the brackets, and the fields in them.
fn with_fields(text: &str) -> (&str, Vec<(String, String)>) {
    let Some((start, rest)) = text.split_once('[') else {
        return (text, Vec::new());
    };
    let inside = rest.trim().strip_suffix(']').expect("a closing bracket");
    let fields = inside.split(" ~ ").map(|field| {
        let (name, value) = field.split_once(':').expect("a colon");
        (long(name.trim()).to_owned(), filled(value.trim()))
    });
    (start, fields.collect())
}

fn long(name: &str) -> &str {
    match name {
        "CC" => "Cache-Control",
        "LM" => "Last-Modified",
        "INM" => "If-None-Match",
        "IMS" => "If-Modified-Since",
        other => other,
    }
}

/// `{-10}` as a date.
fn filled(value: &str) -> String {
    let offset = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).and_then(|offset| offset.parse::<i64>().ok());
    offset.map_or_else(|| value.to_owned(), |offset| date::format(NOON.saturating_add_signed(offset)))
}

/// Asks, and hands on the reply if something was forwarded.
fn happen(cache: &mut Cache, event: &Event, rulings: &mut Vec<Ruling>) -> (Verdict, Option<Received>) {
    let verdict = cache.ask(event.at, &event.request);
    rulings.extend(verdict.path.iter().cloned());
    let received = match (&event.reply, &verdict.forward) {
        (Some(reply), Some(forward)) => {
            // What goes out in the background is nobody's request but the cache's.
            let request = if verdict.response.is_some() { forward } else { &event.request };
            Some(cache.receive(event.at, event.at + event.delay, request, forward, reply.as_ref()))
        }
        _ => None,
    };
    rulings.extend(received.iter().flat_map(|received| received.path.iter().cloned()));
    (verdict, received)
}

fn run(case: &Case) -> Course {
    let mut cache = Cache::new(case.kind);
    let mut rulings = Vec::new();
    for event in &case.before {
        happen(&mut cache, event, &mut rulings);
    }
    let (verdict, received) = happen(&mut cache, &case.asked, &mut rulings);
    Course { cache, verdict, received, rulings }
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fresh => "fresh",
        Outcome::Stale => "stale",
        Outcome::Validate => "validate",
        Outcome::Miss => "miss",
        Outcome::Through => "through",
        Outcome::Refused => "refused",
    }
}

fn whose(received: &Received) -> &'static str {
    match (&received.retry, received.by) {
        (Some(_), _) => "retry",
        (None, By::Origin) => "origin",
        (None, By::Cache) => "cache",
        (None, By::Front) => "front",
    }
}

/// What does not come as expected.
fn faults(case: &Case, course: &Course) -> Vec<String> {
    let (first, then) = case.expected.split_once(" then ").map_or((case.expected, None), |(first, then)| (first, Some(then)));
    let mut faults = Vec::new();
    let outcome = name(course.verdict.outcome);
    check_words(first, outcome, course.verdict.response.as_ref(), course, &mut faults);
    if let Some(then) = then {
        match &course.received {
            Some(received) => check_words(then, whose(received), received.response.as_ref(), course, &mut faults),
            None => faults.push("nothing was received".to_owned()),
        }
    }
    let said = |ruling: &Ruling| ruling.clause == case.clause && ruling.reason.contains(case.reason);
    if !case.reason.is_empty() && !course.rulings.iter().any(said) {
        let all: Vec<String> = course.rulings.iter().map(|ruling| format!("{} ({})", ruling.reason, ruling.clause)).collect();
        faults.push(format!("no ruling says `{}` by {}, but: {}", case.reason, case.clause, all.join(" ")));
    }
    faults
}

fn check_words(words: &str, head: &str, response: Option<&Response>, course: &Course, faults: &mut Vec<String>) {
    let none = Fields::new();
    let forwarded = course.verdict.forward.as_ref().map_or(&none, |forward| &forward.fields);
    let own = response.map_or(&none, |response| &response.fields);
    let mut words = words.split_whitespace();
    let expected = words.next().unwrap_or_default();
    if expected != head {
        faults.push(format!("{head}, not {expected}"));
    }
    for word in words {
        if let Ok(status) = word.parse::<u16>() {
            let found = response.map(|response| response.status);
            if found != Some(status) {
                faults.push(format!("{found:?}, not {status}"));
            }
        } else if let Some(count) = word.strip_prefix("stored=") {
            let found = course.cache.stored().len();
            if count.parse::<usize>() != Ok(found) {
                faults.push(format!("{found} are stored, not {count}"));
            }
        } else {
            let (fields, word) = word.strip_prefix('>').map_or((own, word), |word| (forwarded, word));
            faults.extend(field_fault(fields, word));
        }
    }
}

fn field_fault(fields: &Fields, word: &str) -> Option<String> {
    let (name, expected) = match word.strip_prefix('-') {
        Some(name) => (long(name), None),
        None => {
            let (name, value) = word.split_once('=').expect("a name and a value");
            (long(name), Some(filled(value).replace(' ', "")))
        }
    };
    let found = fields.joined(name).map(|value| value.replace(' ', ""));
    (found != expected).then(|| format!("{name} is {found:?}, not {expected:?}"))
}

#[test]
fn every_case_comes_as_the_rfc_says() {
    let how = "A table of our own, rule by rule: what happened before, at what age, what is asked, and whether the cache answers, \
               validates or forwards, with which fields.";
    let mut report = Report::of_http("http-cache", "A cache, RFC 9111".to_owned(), "the text of RFC 9111, 5861 and 8246", "", how);
    let mut faulty = Vec::new();
    for case in cases() {
        let course = run(&case);
        let faults = faults(&case, &course);
        report.compare(faults.is_empty(), || format!("line {}: {}", case.line, faults.join(" ")));
        for fault in faults {
            faulty.push(format!("line {} ({}): {fault}", case.line, case.clause));
        }
    }
    let written = report.finish();
    assert!(written.is_ok(), "{written:?}");
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
}

#[test]
fn there_are_enough_cases_and_they_cover_every_outcome_and_clause() {
    let cases = cases();
    assert!(cases.len() >= 120, "{}", cases.len());
    let courses: Vec<Course> = cases.iter().map(run).collect();
    let outcomes: BTreeSet<&str> = courses.iter().map(|course| name(course.verdict.outcome)).collect();
    assert_eq!(outcomes, BTreeSet::from(["fresh", "stale", "validate", "miss", "through", "refused"]));
    let endings: BTreeSet<&str> = courses.iter().filter_map(|course| course.received.as_ref()).map(whose).collect();
    assert_eq!(endings, BTreeSet::from(["origin", "cache", "front", "retry"]));
    let clauses: BTreeSet<&str> = courses.iter().flat_map(|course| &course.rulings).map(|ruling| ruling.clause).collect();
    let claimed: BTreeSet<&str> = cases.iter().map(|case| case.clause.as_str()).collect();
    let unclaimed: Vec<_> = clauses.difference(&claimed).collect();
    assert!(unclaimed.is_empty(), "clauses that no case is about: {unclaimed:?}");
}

#[test]
fn every_ruling_is_a_sentence_with_a_clause() {
    for case in cases() {
        let course = run(&case);
        assert!(!course.verdict.path.is_empty(), "line {}", case.line);
        for ruling in &course.rulings {
            let clause = ruling.clause.strip_prefix("RFC ").is_some_and(|rest| rest.contains(" §"));
            assert!(ruling.reason.ends_with('.') && ruling.question.ends_with('?') && clause, "line {}: {ruling:?}", case.line);
        }
    }
}

#[test]
fn what_a_cache_answers_is_valid_and_says_its_age() {
    for case in cases() {
        let course = run(&case);
        let (Outcome::Fresh | Outcome::Stale, Some(response)) = (course.verdict.outcome, &course.verdict.response) else {
            continue;
        };
        assert!(status::missing(response.status, &response.fields, None).is_empty(), "line {}", case.line);
        assert!(response.fields.contains("Age") || response.status == 416, "line {}", case.line);
        assert!(case.asked.request.method != "HEAD" || response.body.is_empty(), "line {}", case.line);
        assert!(status::may_have_content(response.status) || response.body.is_empty(), "line {}", case.line);
    }
}

#[test]
fn no_more_is_kept_than_there_is_room_for_and_what_is_used_stays() {
    let mut cache = Cache::default();
    cache.most = 2;
    let mut ask = |at: u64, target: &str| {
        let text = format!("{at} GET {target} => 200 [CC: max-age=60]");
        let (verdict, _) = happen(&mut cache, &event(&text), &mut Vec::new());
        verdict.outcome
    };
    assert_eq!([ask(0, "/a"), ask(1, "/b"), ask(2, "/a"), ask(3, "/c")], [Outcome::Miss, Outcome::Miss, Outcome::Fresh, Outcome::Miss]);
    assert_eq!([ask(4, "/a"), ask(5, "/b")], [Outcome::Fresh, Outcome::Miss]);
    assert_eq!(cache.stored().len(), 2);
}

#[test]
fn a_clock_that_goes_back_makes_nothing_older() {
    let mut cache = Cache::default();
    happen(&mut cache, &event("100 GET => 200 [CC: max-age=60]"), &mut Vec::new());
    let (verdict, _) = happen(&mut cache, &event("50 GET"), &mut Vec::new());
    assert_eq!(verdict.outcome, Outcome::Fresh);
    assert_eq!(verdict.response.and_then(|response| response.fields.get("Age").map(str::to_owned)).as_deref(), Some("0"));
}

#[test]
fn a_cache_survives_being_written_down() {
    let mut cache = Cache::new(Kind::Shared);
    happen(&mut cache, &event("0 GET [Accept: a/b] => 200 [CC: max-age=60 ~ Vary: Accept]"), &mut Vec::new());
    let text = serde_json::to_string(&cache).expect("it can be written");
    assert_eq!(serde_json::from_str::<Cache>(&text).expect("it can be read"), cache);
}
