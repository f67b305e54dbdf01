// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/measure/counter.h"
#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/integral.h"
#include "diffjoule/measure/power_curve.h"

// Energy over a cover by a cumulative counter: the sum over its edges of +-E(x). Between the knots s0 and s1 around x,
//
//   E(x) = E(s0) + integral of P from s0 to x,   with   integral of P from s0 to s1 = E(s1) - E(s0) = Pm L   known.
//
// The shape of P inside (s0, s1) is that of the measured power where it is at least three times as fine as the steps.
// Elsewhere it comes from the mean powers Pa before and Pb after: where Pm lies between them, P either jumped once from
// Pa to Pb, at the moment that gives Pm (weight 3/4: programs start and stop suddenly), or ran straight from one to the
// other (weight 1/4). Where Pm lies outside, an excess Q = (Pm - the nearer of Pa, Pb) L came somewhere inside.
//
// Standard uncertainty, all of it computed for the signed sum, so that neighbouring edges of opposite sign cancel:
//   knots       sum over knots of (dE/ds b)^2 / 3, b the half width of the bracket (rectangular), dE/ds = -P (1 - F)
//               for s0 and -P F for s1, F = (x - s0) / L
//   shape       p (1 - p) D^2, p = 3/4, D the difference of the two shapes (two-point, GUM 4.3.2)
//   excess      Q^2 times the variance of the sign-weighted indicator [y < F], y rectangular over 0..1
//   outside     where an edge lies h before the first or behind the last knot: (dP h)^2 / 3, dP the difference of the
//               two nearest mean powers
//   still       a counter that was read and kept its value for more than 1.5 of its usual steps gave nothing in that
//   time,
//               if its part can draw nothing: P T for an edge there, P the power before, T the step. Elsewhere it is
//               taken to go on, with (P t)^2 / 3, t how long it was seen to stand beyond T
//   resolution  r^2 / 12 for each edge
// The gain is kept apart.
namespace diffjoule::measure {

// An error says why not: a break inside, nobody read it at an edge, the device was lost. `may_stand`: the part can draw
// nothing.
[[nodiscard]] Result<Integral> counter_energy(const CounterPath& path, const Cover& cover, const PowerCurve* shape,
                                              Duration read_period, bool may_stand);

// It was read all along and never rose.
[[nodiscard]] bool stood_still(const CounterPath& path, const Cover& cover);

}  // namespace diffjoule::measure
