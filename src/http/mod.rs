//! HTTP as data: messages and fields, the decision graphs of servers, and an engine that answers a request and says why.
//!
//! Nothing here knows a clock, a network or the rest of the site.

pub mod accept;
pub mod auth;
pub mod base64;
pub mod cache;
pub mod cache_control;
pub mod date;
pub mod edits;
pub mod engine;
pub mod etag;
pub mod explain;
pub mod fields;
pub mod front;
pub mod gateway;
pub mod graph;
pub mod har;
pub mod hurl;
pub mod inverse;
pub mod message;
pub mod methods;
pub mod parse;
pub mod parts;
pub mod profiles;
pub mod questions;
pub mod range;
pub mod representation;
pub mod respond;
pub mod sequence;
pub mod state;
pub mod status;
pub mod syntax;
pub mod uri;
