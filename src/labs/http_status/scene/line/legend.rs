//! What the shapes of the stops mean, as far as they are in the picture.

use super::{LineScene, Look, Tone};

/// Shapes and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// More than one if two lines end differently.
    pub looks: Vec<Look>,
    pub words: &'static str,
}

/// The signs of a picture. Those of a plain ride are always there; others come with what they stand for.
pub fn legend(scene: &LineScene) -> Vec<Sign> {
    let has = |look: Look| scene.stops.iter().any(|stop| stop.look == look);
    let one = |look: Look, words: &'static str| Sign { looks: vec![look], words };
    let mut signs = vec![one(Look::Passed, "asked, and on")];
    if has(Look::Refused) {
        signs.push(one(Look::Refused, "answered no"));
    }
    signs.push(one(Look::Interim, "sent ahead"));
    signs.push(one(Look::Aside, "not asked"));
    let ends = [Tone::Pass, Tone::State, Tone::Stop].map(Look::Decided);
    let looks: Vec<Look> = ends.into_iter().filter(|look| has(*look)).collect();
    if !looks.is_empty() {
        signs.push(Sign { looks, words: "left here" });
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::super::Stop;
    use super::*;

    fn scene(looks: &[Look]) -> LineScene {
        let stop = |look: &Look| Stop {
            line: 0,
            x: 9,
            y: 9,
            look: *look,
            step: None,
            at: None,
            current: false,
            reach: (6, 12),
            title: String::new(),
        };
        LineScene { stops: looks.iter().map(stop).collect(), ..LineScene::default() }
    }

    #[test]
    fn signs_come_with_what_they_stand_for() {
        let words = |looks: &[Look]| legend(&scene(looks)).iter().map(|sign| sign.words).collect::<Vec<_>>();
        assert_eq!(words(&[Look::Ahead]), ["asked, and on", "sent ahead", "not asked"]);
        let refused = [Look::Passed, Look::Refused, Look::Decided(Tone::Stop)];
        assert_eq!(words(&refused), ["asked, and on", "answered no", "sent ahead", "not asked", "left here"]);
    }

    #[test]
    fn two_ends_have_both_their_shapes() {
        let ends = [Look::Decided(Tone::Stop), Look::Decided(Tone::Pass)];
        let signs = legend(&scene(&ends));
        let left = signs.last().map(|sign| sign.looks.clone());
        assert_eq!(left, Some(vec![Look::Decided(Tone::Pass), Look::Decided(Tone::Stop)]));
    }
}
