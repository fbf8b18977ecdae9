//! What a reader can type or put into an address: it is read or noted, never a panic, and what was read survives the way back.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::glossary::browse::Browse;
use field_guide::glossary::content::{ContentFiles, SourceFile, Surroundings, compile};
use field_guide::glossary::search::{Filter, SearchIndex, Searcher};
use field_guide::glossary::{Level, Row, Topic};
use field_guide::labs::frame::Intervention;
use field_guide::labs::frame::traffic::DRAWN;
use field_guide::labs::rate_limiting::scenario::{Backoff, Costs, Jitter, LaneSpec, MOST_LANES, Retry, Scope, SecondLimit, Source, Work};
use field_guide::labs::rate_limiting::scene::{arrivals_svg, lane_svg};
use field_guide::labs::rate_limiting::{Action, Algorithm, PRESETS, Scenario, run, why};
use field_guide::limiters::Delay;
use field_guide::sim::{Arrivals, Nanos};
use proptest::prelude::*;

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let rate = || (1u32..=10_000).prop_map(|tenths| f64::from(tenths) / 10.0);
    let span = || (0u64..5_000_000_000).prop_map(Nanos);
    prop_oneof![
        rate().prop_map(|rate| Arrivals::Steady { rate }),
        rate().prop_map(|rate| Arrivals::Poisson { rate }),
        (rate(), rate()).prop_map(|(from, to)| Arrivals::Ramp { from, to }),
        (rate(), rate(), span(), span()).prop_map(|(base, peak, at, lasts)| Arrivals::Flash { base, peak, at, lasts }),
        proptest::collection::vec(0u32..=500, 1..=DRAWN).prop_map(Arrivals::Drawn),
        (1u32..=100, 0u64..1_000_000_000, 10_000_000u64..5_000_000_000).prop_map(|(size, gap, every)| Arrivals::Bursts {
            size,
            gap: Nanos(gap),
            every: Nanos(every)
        }),
        proptest::collection::vec(0u64..60_000_000_000, 0..50).prop_map(|mut moments| {
            moments.sort();
            Arrivals::Listed(moments.into_iter().map(Nanos).collect())
        }),
    ]
}

fn lane() -> impl Strategy<Value = LaneSpec> {
    let number = || proptest::option::of(1u32..=100_000);
    let window = proptest::option::of(10_000_000u64..=86_400_000_000_000).prop_map(|window| window.map(Nanos));
    let delay = prop_oneof![Just(Delay::All), Just(Delay::Nothing), (1u32..=1000).prop_map(Delay::After)];
    (proptest::sample::select(Algorithm::ALL.to_vec()), number(), window, number(), delay).prop_map(
        |(algorithm, limit, window, burst, delay)| LaneSpec {
            algorithm,
            limit,
            window,
            burst: burst.filter(|_| algorithm.has_burst()),
            delay: if algorithm == Algorithm::LimitReq { delay } else { Delay::All },
        },
    )
}

fn retry() -> impl Strategy<Value = Retry> {
    let jitter = proptest::sample::select(vec![Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated]);
    let wait = prop_oneof![
        Just(Backoff::AtOnce),
        (0u64..=60_000_000_000).prop_map(|wait| Backoff::Fixed(Nanos(wait))),
        (1u64..=1_000_000_000, 1_000_000_000u64..=60_000_000_000, jitter).prop_map(|(base, cap, jitter)| Backoff::Exponential {
            base: Nanos(base),
            cap: Nanos(cap),
            jitter
        }),
    ];
    (wait, 1u32..=20, any::<bool>()).prop_map(|(wait, attempts, honour)| Retry { wait, attempts, honour })
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let lanes = proptest::collection::vec(lane(), 1..=MOST_LANES).prop_map(|lanes| {
        lanes.iter().enumerate().filter(|(index, lane)| !lanes[..*index].contains(lane)).map(|(_, lane)| *lane).collect::<Vec<_>>()
    });
    let action = prop_oneof![
        (1u32..=100).prop_map(Action::Send),
        (1u32..=1000).prop_map(Action::Limit),
        (1u32..=1000).prop_map(Action::Burst),
        (1u32..=100).prop_map(Action::Slow)
    ];
    let interventions = proptest::collection::vec((0u64..60_000_000_000, action), 0..8)
        .prop_map(|made| made.into_iter().map(|(at, action)| Intervention { at: Nanos(at), action }).collect());
    let numbers = (1u32..=1000, 10_000_000u64..=60_000_000_000, 1u32..=1000, any::<u64>(), 500_000_000u64..=60_000_000_000);
    let sources = proptest::collection::vec((1u32..=60, arrivals()), 1..=3)
        .prop_map(|sources| sources.into_iter().map(|(clients, arrivals)| Source { clients, arrivals }).collect::<Vec<_>>());
    let second = proptest::option::of((1u32..=1000, 10_000_000u64..=86_400_000_000_000))
        .prop_map(|second| second.map(|(limit, window)| SecondLimit { limit, window: Nanos(window) }));
    let work = proptest::option::of((1_000_000u64..=60_000_000_000, any::<bool>(), 1u32..=1000))
        .prop_map(|work| work.map(|(time, random, workers)| Work { time: Nanos(time), random, workers }));
    let costs = (1u32..=1000, 1u32..=1000).prop_map(|(cost, every)| Costs { cost, every });
    let scope = proptest::sample::select(vec![Scope::PerClient, Scope::Everybody]);
    let others = (second, work, costs, scope, proptest::option::of(retry()), 0u64..=3_600_000_000_000, 0u32..200);
    (lanes, numbers, sources, interventions, proptest::option::of(0u64..=500_000_000), others).prop_map(
        |(
            lanes,
            (limit, window, burst, seed, length),
            sources,
            interventions,
            at,
            (second, work, costs, scope, retry, patience, watched),
        )| {
            let clients: u32 = sources.iter().map(|source| source.clients).sum();
            Scenario {
                lanes,
                limit,
                window: Nanos(window),
                burst,
                patience: Nanos(patience),
                second,
                scope,
                sources,
                costs,
                retry,
                work,
                seed,
                length: Nanos(length),
                interventions,
                watched: watched % clients,
                at: at.map(Nanos),
            }
        },
    )
}

fn searcher() -> Searcher {
    let row = |title: &str, alias: &str| Row {
        slug: title.to_lowercase(),
        title: title.to_owned(),
        aliases: vec![alias.to_owned()],
        level: Level::Beginner,
        topics: vec![Topic::Http],
        summary: format!("What “{title}” is, in one naïve sentence."),
        runs: false,
    };
    let rows = vec![row("Token bucket", "N+1"), row("429 Too Many Requests", "429"), row(".NET", "C#"), row("Ünïcode İstanbul", "ß")];
    let articles = vec!["some words of the article".to_owned(); rows.len()];
    Searcher::new(SearchIndex::build(rows, &articles))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: Some(Box::new(
        proptest::test_runner::FileFailurePersistence::WithSource("regressions"))), ..Default::default() })]

    #[test]
    fn a_scenario_survives_its_address(scenario in scenario(), preset in 0..PRESETS.len()) {
        let address = scenario.to_address(&PRESETS[preset]);
        prop_assert_eq!(Scenario::from_address(&address), (scenario, vec![]), "{}", address);
    }

    /// Whatever stands in the address, there is a run.
    #[test]
    fn any_address_gives_a_run(address in r"(preset|lanes|limit|window|traffic|do|at|seed|length|retry|work|and|cost|per|[a-z]{1,3})=[ -~ä\u{0}]{0,30}(&(do|burst|traffic|at|lanes|retry)=[0-9a-z:,.%+()|*-]{0,40}){0,3}") {
        let (scenario, _) = Scenario::from_address(&address);
        let trace = run(&scenario);
        prop_assert!(trace.lanes.iter().all(|lane| lane.cut || lane.handled.len() >= trace.arrivals.len()));
    }

    /// Any scenario can be run, drawn and explained, and nothing of it runs away.
    #[test]
    fn any_scenario_is_run_drawn_and_explained(scenario in scenario()) {
        let trace = run(&scenario);
        let _ = arrivals_svg(&trace);
        for lane in &trace.lanes {
            prop_assert!(lane.handled.len() <= 12_000 && lane.handled.is_sorted_by_key(|handled| handled.at));
            prop_assert!(!lane_svg(&trace, lane).contains("NaN"));
            for handled in lane.handled.iter().take(50) {
                let _ = (why::explain(lane, handled), why::ratelimit_fields(&trace, lane, handled));
            }
        }
    }

    #[test]
    fn any_browse_address_reads_back(address in r"\PC{0,60}", query in r"\PC{0,40}") {
        let _ = Browse::from_address(&address);
        let browse = Browse { query, levels: vec![Level::Advanced], ..Browse::default() };
        prop_assert_eq!(Browse::from_address(&browse.to_address()), (browse, vec![]));
    }

    /// Marks stand on character borders and in order, for any query.
    #[test]
    fn any_query_marks_whole_characters(query in r"\PC{0,40}") {
        let searcher = searcher();
        for hit in searcher.search(&query, &Filter::default(), 10).hits {
            let row = &searcher.rows()[hit.row];
            for (text, marks) in [(&row.title, &hit.title_marks), (&row.summary, &hit.summary_marks)] {
                let mut done = 0;
                for mark in marks {
                    prop_assert!(mark.start >= done && text.get(mark.clone()).is_some(), "{query:?}: {mark:?} in {text}");
                    done = mark.end;
                }
            }
        }
    }

    /// An entry may hold anything; the pipeline answers with problems or with a glossary.
    #[test]
    fn any_entry_is_judged(front in r#"(title|level|topics|lab|related|aliases|[a-z]{2,8}) = ["\[\]{}a-z0-9,= -]{0,40}"#, body in r"[#>`~*\[\]()|\n a-zA-Z0-9:/.+^!<-]{0,200}") {
        let whole = "title = \"A\"\nlevel = \"beginner\"\ntopics = [\"http\"]\nkind = \"concept\"\nrelated = []\nsources = [{ title = \"a\", url = \"https://a\" }]\nreviewed = 2026-11-22";
        let file = |stem: &str, front: &str| SourceFile { path: format!("content/terms/{stem}.md"), stem: stem.to_owned(), text: format!("+++\n{front}\n+++\n{body}") };
        // One with a whole front matter, so that its text is reached; one with anything in it.
        let terms = vec![file("a", whole), file("b", &front)];
        let files = ContentFiles { terms, ..ContentFiles::default() };
        let _ = compile(&files, &Surroundings { base: "/", check_lab: &|lab| field_guide::labs::check_scenario(&lab.lab, &lab.scenario) });
    }
}
