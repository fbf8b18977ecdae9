//! How many slips of the finger lie between two words.
//!
//! Damerau–Levenshtein distance in its restricted form, optimal string alignment: insertion, deletion, substitution
//! and the swap of two neighbours cost one each, and no stretch is edited twice. Only small distances are of
//! interest, so the table is filled along a band of that width and left as soon as the limit cannot be kept.

/// Words up to this many characters are compared on the stack.
const STACK: usize = 32;

/// Out of reach for any limit, and far from overflow.
const FAR: u16 = u16::MAX / 2;

/// The distance of two words if it is at most `limit`.
pub fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    with_rows(b.len() + 1, |rows| align(a, b, limit, rows).map(|row| usize::from(row[b.len()]))).filter(|&found| found <= limit)
}

/// The distance of `typed` to the nearest beginning of `word`, if it is at most `limit`: for a word still being typed.
pub fn prefix_distance(typed: &[char], word: &[char], limit: usize) -> Option<usize> {
    if typed.len() > word.len() + limit {
        return None;
    }
    // What lies further on than the limit cannot be part of the nearest beginning.
    let word = &word[..word.len().min(typed.len() + limit)];
    with_rows(word.len() + 1, |rows| {
        let row = align(typed, word, limit, rows)?;
        let from = typed.len().saturating_sub(limit).min(word.len());
        row[from..].iter().min().map(|&least| usize::from(least))
    })
    .filter(|&found| found <= limit)
}

/// Lends three rows of the table: short words take them from the stack, since this runs thousands of times a keystroke.
fn with_rows<T>(width: usize, work: impl FnOnce(&mut [u16]) -> T) -> T {
    if width <= STACK + 1 { work(&mut [0; 3 * (STACK + 1)][..3 * width]) } else { work(&mut vec![0; 3 * width]) }
}

/// Fills the table within the band and gives its last row; cells outside the band of that row are out of reach.
fn align<'r>(a: &[char], b: &[char], limit: usize, rows: &'r mut [u16]) -> Option<&'r [u16]> {
    let width = b.len() + 1;
    let (mut older, rest) = rows.split_at_mut(width);
    let (mut previous, mut current) = rest.split_at_mut(width);
    for (j, cell) in previous.iter_mut().enumerate() {
        *cell = cost(j);
    }
    let mut least_before = 0;
    for i in 1..=a.len() {
        let from = i.saturating_sub(limit).max(1);
        let to = (i + limit).min(b.len());
        current[from - 1] = if from == 1 { cost(i) } else { FAR };
        let mut least = current[from - 1];
        for j in from..=to {
            let same = a[i - 1] == b[j - 1];
            let mut cell = (previous[j - 1] + u16::from(!same)).min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(older[j - 2] + 1);
            }
            current[j] = cell;
            least = least.min(cell);
        }
        if to < b.len() {
            current[to + 1] = FAR;
        }
        // A swap reaches back over one row, so two rows must be beyond the limit.
        if usize::from(least) > limit && usize::from(least_before) >= limit {
            return None;
        }
        least_before = least;
        let done = current;
        current = older;
        older = previous;
        previous = done;
    }
    Some(previous)
}

fn cost(steps: usize) -> u16 {
    u16::try_from(steps).unwrap_or(FAR).min(FAR)
}

/// The letters of a word as bits, with a second bit for a letter that occurs twice. A slip takes away at most one bit
/// and adds at most one, so a look at the bits turns away nearly every candidate before the table is filled.
pub fn letters(word: &[char]) -> u64 {
    word.iter().fold(0, |mask, &ch| match ch {
        'a'..='z' => {
            let once = 1 << (u32::from(ch) - u32::from('a'));
            mask | if mask & once == 0 { once } else { once << 26 }
        }
        _ => mask | 1 << (52 + u32::from(ch) % 12),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    fn between(a: &str, b: &str, limit: usize) -> Option<usize> {
        distance(&chars(a), &chars(b), limit)
    }

    /// The textbook table, whole.
    fn reference(a: &[char], b: &[char]) -> Vec<Vec<usize>> {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let plain = (table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if swap { plain.min(table[i - 2][j - 2] + 1) } else { plain }
                };
            }
        }
        table
    }

    #[test]
    fn each_slip_costs_one() {
        assert_eq!(between("token", "token", 0), Some(0));
        assert_eq!(between("tokn", "token", 1), Some(1));
        assert_eq!(between("tokken", "token", 1), Some(1));
        assert_eq!(between("tolen", "token", 1), Some(1));
        assert_eq!(between("toekn", "token", 1), Some(1));
        assert_eq!(between("ca", "abc", 3), Some(3), "a stretch is not edited twice");
    }

    #[test]
    fn beyond_the_limit_there_is_none() {
        assert_eq!(between("kafka", "rabbit", 2), None);
        assert_eq!(between("", "abc", 2), None);
        assert_eq!(between("", "ab", 2), Some(2));
    }

    #[test]
    fn a_word_still_being_typed_is_compared_with_beginnings() {
        assert_eq!(prefix_distance(&chars("idempotancy"), &chars("idempotency"), 2), Some(1));
        assert_eq!(prefix_distance(&chars("idmep"), &chars("idempotency"), 1), Some(1));
        assert_eq!(prefix_distance(&chars("kafkaesque"), &chars("kafka"), 2), None);
        assert_eq!(prefix_distance(&chars("webhooks"), &chars("webhook"), 1), Some(1));
    }

    #[test]
    fn band_and_early_exit_agree_with_the_whole_table() {
        let mut state = 9u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..4_000 {
            let mut word = || -> Vec<char> { (0..draw(9)).map(|_| ['a', 'b', 'c'][draw(3) as usize]).collect() };
            let (a, b) = (word(), word());
            let table = reference(&a, &b);
            for limit in 0..5 {
                let whole = Some(table[a.len()][b.len()]).filter(|&d| d <= limit);
                assert_eq!(distance(&a, &b, limit), whole, "{a:?} {b:?} {limit}");
                let start = table[a.len()].iter().min().copied().filter(|&d| d <= limit);
                assert_eq!(prefix_distance(&a, &b, limit), start, "{a:?} {b:?} {limit}");
            }
        }
    }

    #[test]
    fn long_words_leave_the_stack() {
        let long = "x".repeat(500);
        assert_eq!(between(&long, &format!("{long}y"), 2), Some(1));
        assert_eq!(between(&long, &"y".repeat(500), 2), None);
    }

    #[test]
    fn letters_never_turn_away_a_near_word() {
        for (a, b, slips) in [("idempotancy", "idempotency", 1), ("aab", "aba", 1), ("tokkenn", "token", 2), ("é1", "", 2)] {
            let (a, b) = (letters(&chars(a)), letters(&chars(b)));
            assert!((a & !b).count_ones() <= slips && (b & !a).count_ones() <= slips);
        }
    }
}
