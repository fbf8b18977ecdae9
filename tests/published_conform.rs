//! Maglev and jump hash beside what their authors and others' implementations published.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // Other tests compare limiters.
#[path = "conformance/report.rs"]
mod report;

use field_guide::balancers::hashing::maglev_offset_and_skip;
use field_guide::balancers::jump::jump;
use field_guide::balancers::maglev::{Row, fill, fill_weighted};
use report::Report;

#[test]
fn jump_hash_gives_the_published_buckets() {
    let how = "Known answers of ClickHouse’s and Guava’s own tests, and those that most ports share; bucket by bucket.";
    let title = "Jump hash, Lamping and Veach".to_owned();
    let mut report = Report::of("published-jump", "jump", title, "published buckets", "(2014 to 2024)", how);
    // ClickHouse, `00580_consistent_hashing_functions`; and the vectors that most ports share.
    let known: [(u64, u32, u32); 12] = [
        (1, 1, 0),
        (42, 57, 43),
        (256, 1_024, 520),
        (3_735_883_980, 1, 0),
        (3_735_883_980, 666, 361),
        (16_045_690_984_833_335_023, 255, 237),
        (10_863_919_174_838_991, 11, 6),
        (2_016_238_256_797_177_309, 11, 3),
        (1_673_758_223_894_951_030, 11, 5),
        (2, 100_001, 80_343),
        (2_201, 100_001, 22_152),
        (2_202, 100_001, 15_018),
    ];
    // Guava, `testConsistentHash_linearCongruentialGeneratorCompatibility`: keys 0 to 19 in 100 buckets.
    let guava = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];
    let all = known.into_iter().chain((0..).zip(guava).map(|(key, bucket)| (key, 100, bucket)));
    for (key, buckets, bucket) in all {
        let ours = jump(key, buckets);
        report.compare(ours == bucket, || format!("key {key} in {buckets} buckets: {ours}, published is {bucket}"));
    }
    report.finish().unwrap();
}

#[test]
fn maglev_fills_the_published_tables() {
    let how =
        "The paper’s table before and after a server leaves, and the tables of Envoy’s own tests with and without weights; slot by slot.";
    let title = "Maglev, Envoy MAGLEV".to_owned();
    let mut report = Report::of("published-maglev", "maglev", title, "the paper’s and Envoy’s tables", "(2016; 1.3x)", how);
    let mut compare = |what: &str, ours: Vec<usize>, published: &[usize]| {
        assert_eq!(ours.len(), published.len(), "{what}");
        for (slot, (ours, published)) in ours.iter().zip(published).enumerate() {
            report.compare(ours == published, || format!("{what}, slot {slot}: {ours}, published is {published}"));
        }
    };
    compare("table 1", fill(&[(3, 4), (0, 2), (3, 1)], 7), &[1, 0, 1, 0, 2, 2, 0]);
    let without = fill(&[(3, 4), (3, 1)], 7).into_iter().map(|row| [0, 2][row]).collect();
    compare("table 1 without B1", without, &[0, 0, 0, 0, 2, 2, 2]);
    let envoy = |weights: &[u32], m: u64| {
        let total: u32 = weights.iter().sum();
        let row = |(port, weight): (u32, &u32)| {
            let (offset, skip) = maglev_offset_and_skip(format!("127.0.0.1:{port}").as_bytes(), m);
            Row { offset, skip, weight: f64::from(*weight) / f64::from(total) }
        };
        let mut table = Vec::new();
        fill_weighted(&(90..).zip(weights).map(row).collect::<Vec<_>>(), m, &mut table);
        table
    };
    compare("Basic", envoy(&[1; 6], 7), &[2, 4, 0, 1, 5, 0, 3]);
    compare("LocalityWeightedSameLocalityWeights", envoy(&[1, 1], 17), &[1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]);
    compare("Weighted", envoy(&[1, 2], 17), &[1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1]);
    report.finish().unwrap();
}
