//! What tokens cost, in whole numbers, so that prices can be compared and kept. Plain data.
//!
//! Who tells a price, and whether it is right, is not known here.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Of these are a dollar.
const DOLLAR: u64 = 1_000_000;

/// An amount of money, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub u64);

impl Cost {
    /// An amount in dollars; `None` for what no price can be: less than nothing, or more than a million.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an amount between nothing and a million"
    )]
    pub fn of_dollars(dollars: f64) -> Option<Self> {
        let fits = (0.0..=1e6).contains(&dollars);
        fits.then(|| Self((dollars * DOLLAR as f64).round() as u64))
    }

    /// It in dollars.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is lost is below any price"
    )]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / DOLLAR as f64
    }
}

impl fmt::Display for Cost {
    /// With as many digits as tell something: `$12`, `$1.20`, `$0.0031`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("$0"),
            1..100 => f.write_str("<$0.0001"),
            100..10_000 => write!(f, "${:.4}", self.dollars()),
            10_000..10_000_000 => write!(f, "${:.2}", self.dollars()),
            _ => write!(f, "${:.0}", self.dollars()),
        }
    }
}

/// What a model costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Price {
    /// A million tokens of a prompt.
    pub prompt: Cost,
    /// A million tokens of a reply.
    pub reply: Cost,
}

impl Price {
    /// What so many tokens of a prompt and of a reply cost, to the nearest millionth of a dollar.
    pub fn of(self, prompt: u64, reply: u64) -> Cost {
        let million = 1_000_000;
        let cost = |tokens: u64, price: Cost| u128::from(tokens) * u128::from(price.0);
        let sum = cost(prompt, self.prompt) + cost(reply, self.reply);
        Cost(u64::try_from((sum + million / 2) / million).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_told_with_as_many_digits_as_say_something() {
        for (dollars, shown) in [
            (0.0, "$0"),
            (0.000_02, "<$0.0001"),
            (0.003_14, "$0.0031"),
            (0.023, "$0.02"),
            (1.2, "$1.20"),
            (123.4, "$123"),
        ] {
            assert_eq!(Cost::of_dollars(dollars).unwrap().to_string(), shown);
        }
        for none in [-1.0, f64::NAN, 1e9] {
            assert_eq!(Cost::of_dollars(none), None);
        }
    }

    #[test]
    fn tokens_cost_what_a_million_of_them_does_in_parts() {
        let price = Price {
            prompt: Cost(100_000),
            reply: Cost(500_000),
        };
        assert_eq!(price.of(1_000_000, 0), Cost(100_000));
        assert_eq!(price.of(200_000, 1_000), Cost(20_500));
        let dear = Price {
            prompt: Cost(u64::MAX),
            ..price
        };
        assert_eq!(dear.of(u64::MAX, 0).0, u64::MAX);
    }
}
