//! What a reader can type or put into an address: it is read or noted, never a panic, and what was read survives the way back.
#![cfg(not(target_arch = "wasm32"))]

use field_guide::glossary::browse::Browse;
use field_guide::glossary::content::{ContentFiles, SourceFile, Surroundings, compile};
use field_guide::glossary::search::{Filter, SearchIndex, Searcher};
use field_guide::glossary::{Level, Row, Topic};
use field_guide::labs::frame::Intervention;
use field_guide::labs::rate_limiting::{Action, Algorithm, PRESETS, Scenario, run};
use field_guide::sim::{Arrivals, Nanos};
use proptest::prelude::*;

fn arrivals() -> impl Strategy<Value = Arrivals> {
    prop_oneof![
        (1u32..=10_000).prop_map(|tenths| Arrivals::Steady { rate: f64::from(tenths) / 10.0 }),
        (1u32..=10_000).prop_map(|tenths| Arrivals::Poisson { rate: f64::from(tenths) / 10.0 }),
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

fn scenario() -> impl Strategy<Value = Scenario> {
    let lanes = proptest::sample::subsequence(Algorithm::ALL.to_vec(), 1..=3).prop_shuffle();
    let action =
        prop_oneof![(1u32..=100).prop_map(Action::Send), (1u32..=1000).prop_map(Action::Limit), (1u32..=1000).prop_map(Action::Burst)];
    let interventions = proptest::collection::vec((0u64..60_000_000_000, action), 0..8)
        .prop_map(|made| made.into_iter().map(|(at, action)| Intervention { at: Nanos(at), action }).collect());
    let numbers = (1u32..=1000, 10_000_000u64..=60_000_000_000, 1u32..=1000, any::<u64>(), 500_000_000u64..=60_000_000_000);
    (lanes, numbers, arrivals(), interventions, proptest::option::of(0u64..=500_000_000)).prop_map(
        |(lanes, (limit, window, burst, seed, length), arrivals, interventions, at)| Scenario {
            lanes,
            limit,
            window: Nanos(window),
            burst,
            arrivals,
            seed,
            length: Nanos(length),
            interventions,
            at: at.map(Nanos),
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

    /// Whatever stands in the address, there is a run, and it is as long as it may be.
    #[test]
    fn any_address_gives_a_run(address in r"(preset|lanes|limit|window|traffic|do|at|seed|length|[a-z]{1,3})=[ -~ä\u{0}]{0,30}(&(do|burst|traffic|at)=[0-9a-z:,.%+]{0,40}){0,3}") {
        let (scenario, _) = Scenario::from_address(&address);
        let trace = run(&scenario);
        prop_assert!(trace.lanes.iter().all(|lane| lane.decisions.len() == trace.arrivals.len()));
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
