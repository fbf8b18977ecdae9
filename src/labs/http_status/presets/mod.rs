//! Scenarios that teach one idea each.

mod make;
#[cfg(test)]
mod tests;

use super::run::Trace;
use super::scenario::Scenario;
use super::tasks::*;
use crate::labs::frame;

/// A scenario with its idea.
pub type Preset = frame::Preset<Scenario, Trace>;

pub static PRESETS: &[Preset] = &[
    Preset {
        slug: "lost-update",
        label: "Lost update",
        title: "Two people edit one article, and the second is told so",
        watch: &[
            "The client has read version “v1”. By now somebody else has saved “v2”, and If-Match lets the server notice: 412, and nothing is overwritten.",
            "The question comes late. What can be refused or redirected before anything is done comes first, and then the conditions are not looked at.",
        ],
        tasks: &[CURRENT_TAG, OVERWRITTEN_BLINDLY, CONDITION_DEMANDED],
        make: make::lost_update,
    },
    Preset {
        slug: "hidden-404",
        label: "A 404 that hides a 403",
        title: "Not found, says the server, and knows better",
        watch: &[
            "The article is there, and the server knows who asks. It refuses, and will not even admit that there is something to refuse: 404.",
            "On the wire nothing tells it from an honest 404. Only the line shows where it left.",
        ],
        tasks: &[ADMITTED, HONEST_404],
        make: make::hidden_404,
    },
    Preset {
        slug: "401-403",
        label: "401 or 403",
        title: "Who are you, and may you do this, are two questions",
        watch: &[
            "401 asks who is there: WWW-Authenticate names a scheme, and the client sends the same request again with its password.",
            "403 comes after that. The server knows who it is and refuses, so that the same password would not help a second time.",
        ],
        tasks: &[WRONG_PASSWORD, LET_IN],
        make: make::login,
    },
    Preset {
        slug: "post-301",
        label: "301 eats a POST",
        title: "A 301 turns a POST into a GET",
        watch: &[
            "The article is posted to an address that has moved for good. The browser follows with GET, and the content stays behind.",
            "Nothing looks wrong: the answer is 200, and nothing was created. RFC 9110 permits this for the sake of old clients after 301 and 302, and forbids it after 307 and 308.",
        ],
        tasks: &[POST_ARRIVES, PUT_SURVIVES],
        make: make::post_301,
    },
    Preset {
        slug: "307-308",
        label: "307 or 308",
        title: "Both keep the method, and one of them means it for good",
        watch: &[
            "307 sends this order to another address. Method and content arrive unchanged, and the next order goes to the old address again.",
            "308 says the same for good: links should be changed, and a cache may keep the answer without being told for how long.",
        ],
        tasks: &[FOR_GOOD, OLD_HABIT],
        make: make::keeping,
    },
    Preset {
        slug: "redirect-chain",
        label: "Redirect chain",
        title: "The key does not go to another origin",
        watch: &[
            "The first redirect stays at example.org, and Authorization goes along. The second leads to another host, and the browser leaves it behind.",
            "So the last server asks who is there: 401. What changed from hop to hop stands beside each request.",
        ],
        tasks: &[KEY_STAYS, OTHER_SCHEME, ROUND_IN_CIRCLES],
        make: make::redirect_chain,
    },
    Preset {
        slug: "cache-life",
        label: "Hit, stale, validated",
        title: "The life of a response in a cache",
        watch: &[
            "It is fresh for 60 s. At 30 s the cache answers by itself; at 90 s it is stale, and a 304 makes it fresh again.",
            "At 100 s somebody saves a new version. At 120 s the cache still answers with the old one, as it may: fresh is not the same as current. At 160 s it has to ask, and gets the new one.",
        ],
        tasks: &[STALE_AT_ONCE, CACHE_OR_NOTHING],
        make: make::cache_life,
    },
    Preset {
        slug: "vary",
        label: "406 or the favourite",
        title: "Nothing that this reader can read",
        watch: &[
            "The guide is there in English and in German, and the client accepts French only. This server would rather refuse: 406.",
            "It may as well send its favourite, and most servers do. Vary names the fields that the choice depends on, so that a cache keeps the versions apart.",
        ],
        tasks: &[FAVOURITE, GERMAN_FIRST],
        make: make::vary,
    },
    Preset {
        slug: "resume",
        label: "Resume a download",
        title: "Only the rest, if it is still the same",
        watch: &[
            "The connection closes after 40 bytes. The client asks for the rest with Range, and If-Range names the version that it has.",
            "It is still that version: 206 with the part that was missing, and Content-Range says where it belongs.",
        ],
        tasks: &[BROKEN_TWICE, WEAK_IS_NOT_ENOUGH],
        make: make::resume,
    },
    Preset {
        slug: "conditional-range",
        label: "Changed in between",
        title: "The rest of what is gone is of no use",
        watch: &[
            "The client has 40 bytes of “v1” and asks for the rest. Meanwhile the file is “v2”, so the server sends all of it: 200.",
            "If-Range refuses nothing. It only decides whether Range counts, and saves the second request that If-Match would have cost.",
        ],
        tasks: &[UNGUARDED_PART, GUARDED_PART, BEHIND_THE_END],
        make: make::conditional_range,
    },
    Preset {
        slug: "502-503-504",
        label: "502, 503, 504",
        title: "Three ways for an upstream to fail",
        watch: &[
            "Behind the proxy stand three servers: one breaks off in the middle, one is down, one says nothing for two seconds. The proxy tries one after the other, and the last failure names the status: 504.",
            "On its own each would be 502, 503 and 504. That a server which is down makes 503 is a convention: nginx says 502 there too.",
        ],
        tasks: &[DOWN_AT_LAST, GARBLED_AT_LAST, NOT_TWICE],
        make: make::pool,
    },
    Preset {
        slug: "429-right",
        label: "429 done right",
        title: "Slow down, and for how long",
        watch: &[
            "The client has asked too often: 429. Retry-After says for how long, so it waits five seconds and is let in.",
            "Without Retry-After it would have to guess. This client would wait one second, then two, then four: a habit of its own, which HTTP says nothing about.",
        ],
        tasks: &[GUESSING, IMPATIENT],
        make: make::limited,
    },
    Preset {
        slug: "maintenance",
        label: "Maintenance",
        title: "A 503 that says when to come back",
        watch: &[
            "The service is down until 12:01:30, and Retry-After names that moment. The client comes back then, and its PUT is done: 204.",
            "PUT may be sent again, since twice does no more than once. For POST nobody knows that after a 503.",
        ],
        tasks: &[TOO_EARLY, POST_STOPS],
        make: make::maintenance,
    },
    Preset {
        slug: "put-creates",
        label: "PUT that creates",
        title: "Create it, unless somebody has been quicker",
        watch: &[
            "Nothing is at /articles/8 yet, and PUT puts it there: 201. If-None-Match: * makes sure that nothing is overwritten.",
            "There is no Location in the answer, and none is needed: what was created stands where the request said.",
        ],
        tasks: &[TAKEN, REPLACED],
        make: make::put_creates,
    },
    Preset {
        slug: "expect-100",
        label: "100-continue",
        title: "Ask first, send the content later",
        watch: &[
            "The client holds its content back and sends the fields alone. They are enough to see that nobody has logged in: 401, and the upload is saved.",
            "Had the server nothing against it, it would say 100, and the content would follow.",
        ],
        tasks: &[GO_AHEAD, LOST_ON_THE_WAY],
        make: make::expect_100,
    },
    Preset {
        slug: "early-hints",
        label: "Early hints",
        title: "What the page will need, ahead of the page",
        watch: &[
            "103 goes out while the page is still being made, and Link names a stylesheet. The client asks for it before the page is there.",
            "It is no answer yet: the 200 follows, with fields of its own.",
        ],
        tasks: &[TWO_HINTS, OLD_CLIENT],
        make: make::early_hints,
    },
    Preset {
        slug: "misdirected",
        label: "421, misdirected",
        title: "The right request on the wrong connection",
        watch: &[
            "The client uses a connection again that leads to www.example.org, this time for api.example.org. The server there does not answer for that name: 421.",
            "On another connection the same request is answered with 200. Any method may be sent again after a 421.",
        ],
        tasks: &[RIGHT_NAME, POST_AGAIN],
        make: make::misdirected,
    },
    Preset {
        slug: "where-servers-part",
        label: "Where servers part",
        title: "One request, two servers, two answers",
        watch: &[
            "GET with If-Match, and nothing is there. RFC 9110 asks first whether something is: it would be 404 anyway, so the condition does not count.",
            "webmachine asks for If-Match before it gives the resource up, and says 412. The mark shows where the two part.",
        ],
        tasks: &[LIKE_MINDED, STAR_DIVIDES],
        make: make::where_servers_part,
    },
    Preset {
        slug: "weak-etag",
        label: "Weak tags",
        title: "A weak tag never satisfies If-Match",
        watch: &[
            "The server’s ETag is W/\"v1\", and the client sends the very same back. If-Match compares strongly, and there a weak tag equals nothing, not even itself: 412.",
            "If-None-Match compares weakly. It asks whether a copy will do, and for that a weak tag is enough.",
        ],
        tasks: &[READ_INSTEAD, STRONG_ON_BOTH_SIDES, LENIENT_SERVER],
        make: make::weak_etag,
    },
];

/// The one that a reader meets first.
pub fn first() -> &'static Preset {
    &PRESETS[0]
}

/// By its name in an address.
pub fn find(slug: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.slug == slug)
}
