/*
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.github.lucenefastlane.trainer;

import java.util.Objects;

/**
 * The shape of a router, and of the projection before it.
 *
 * @param stateDimension components of the encoder's token states that are projected, in 1..{@value
 *     #MAX_DIMENSION}; 0 for a router without projection
 * @param dimension components of a token vector, in 1..{@value #MAX_DIMENSION}, at most the states'
 * @param views slots, in 1..{@value #MAX_VIEWS}; the first n of them are the best n views
 * @param layers self-attention blocks, in 0..{@value #MAX_LAYERS}
 * @param heads of each block, a divisor of the dimension
 * @param selection what a view is made of
 */
record RouterShape(
    int stateDimension, int dimension, int views, int layers, int heads, Selection selection) {
  static final int MAX_DIMENSION = 4096;
  static final int MAX_VIEWS = 64;
  static final int MAX_LAYERS = 12;

  RouterShape {
    if (stateDimension != 0) {
      check("stateDimension", 1, MAX_DIMENSION, stateDimension);
    }
    check("dimension", 1, stateDimension == 0 ? MAX_DIMENSION : stateDimension, dimension);
    check("views", 1, MAX_VIEWS, views);
    check("layers", 0, MAX_LAYERS, layers);
    check("heads", 1, dimension, heads);
    if (dimension % heads != 0) {
      throw new IllegalArgumentException(
          "heads must divide the dimension " + dimension + ", got " + heads);
    }
    Objects.requireNonNull(selection, "selection");
  }

  private static void check(String name, int minimum, int maximum, int value) {
    if (value < minimum || value > maximum) {
      throw new IllegalArgumentException(
          name + " must be in " + minimum + ".." + maximum + ", got " + value);
    }
  }

  boolean projects() {
    return stateDimension > 0;
  }
}
