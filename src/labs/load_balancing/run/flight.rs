//! Attempts that are under way, in places that are used again.

use crate::sim::Nanos;

/// Where an attempt is kept while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlightId {
    index: u32,
    /// How often the place was used before: an event for an attempt that is long over finds another number here.
    generation: u32,
}

/// Where it is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Travelling,
    Waiting,
    Working,
    /// The server has done with it.
    Gone,
}

/// One attempt under way.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    pub request: u32,
    pub balancer: u32,
    pub server: u32,
    pub sent: Nanos,
    /// What is left to do, as a time at speed 1, at `since`.
    pub left: Nanos,
    pub since: Nanos,
    pub place: Place,
    /// The balancer does not wait for it any more.
    pub abandoned: bool,
    /// Grows with every new moment of finishing: an older one does not count.
    pub plan: u32,
    /// Its place in the record; `u32::MAX` if it has none.
    pub record: u32,
}

/// All attempts under way.
#[derive(Debug, Default)]
pub struct Flights {
    places: Vec<(u32, Flight)>,
    free: Vec<u32>,
}

impl Flights {
    pub fn add(&mut self, flight: Flight) -> FlightId {
        match self.free.pop() {
            Some(index) => {
                let place = &mut self.places[index as usize];
                place.1 = flight;
                FlightId { index, generation: place.0 }
            }
            None => {
                self.places.push((0, flight));
                FlightId { index: self.places.len() as u32 - 1, generation: 0 }
            }
        }
    }

    /// Whether it is still under way.
    pub fn has(&self, id: FlightId) -> bool {
        self.places.get(id.index as usize).is_some_and(|place| place.0 == id.generation)
    }

    pub fn get(&self, id: FlightId) -> &Flight {
        &self.places[id.index as usize].1
    }

    pub fn get_mut(&mut self, id: FlightId) -> &mut Flight {
        &mut self.places[id.index as usize].1
    }

    pub fn remove(&mut self, id: FlightId) {
        let place = &mut self.places[id.index as usize];
        place.0 = place.0.wrapping_add(1);
        self.free.push(id.index);
    }
}
