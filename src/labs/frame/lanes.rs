//! Lanes as the short text that addresses hold: names in order, each with numbers of its own.

/// `fixed,token(burst:20,limit:4)`: `named` knows a lane by its name, `own` reads one number of its own. At most `most` lanes,
/// at least one, no two alike.
pub fn read_lanes<Lane: PartialEq>(
    text: &str,
    most: usize,
    named: impl Fn(&str) -> Option<Lane>,
    own: impl Fn(&mut Lane, &str) -> Option<()>,
) -> Option<Vec<Lane>> {
    let mut lanes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['(', ',']).unwrap_or(rest.len());
        let mut lane = named(&rest[..end])?;
        rest = &rest[end..];
        if let Some(inside) = rest.strip_prefix('(') {
            let (numbers, after) = inside.split_once(')')?;
            numbers.split(',').try_for_each(|part| own(&mut lane, part))?;
            rest = after;
        }
        if lanes.contains(&lane) || lanes.len() == most {
            return None;
        }
        lanes.push(lane);
        rest = match rest.strip_prefix(',') {
            Some(more) if !more.is_empty() => more,
            _ if rest.is_empty() => rest,
            _ => return None,
        };
    }
    (!lanes.is_empty()).then_some(lanes)
}
