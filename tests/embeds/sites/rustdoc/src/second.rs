//! Limits
//!
//! Terms are those of the <a id="before" href="GUIDE_URL">field guide</a>; every client has a <a href="GUIDE_URLterms/token-bucket/" data-field-guide>token bucket</a>.
//!
//! <field-guide-lab lab="rate-limiting" scenario="preset=boundary">
//! <a href="GUIDE_URLlabs/rate-limiting/?preset=boundary">Rate limiting</a>
//! </field-guide-lab>
//!
//! <field-guide-term slug="rate-limiting">
//! <a href="GUIDE_URLterms/rate-limiting/">Rate limiting</a>
//! </field-guide-term>
//!
//! Back to [the API](crate).
