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

/**
 * The operations that a {@link RouterNetwork} is made of. One implementation computes them, another
 * writes them down as an ONNX graph, so that what is trained and what is shipped are one
 * definition. Shapes of two operands are broadcast as NumPy does.
 *
 * @param <T> a tensor
 */
interface Algebra<T> {
  /** A trained tensor. */
  T weight(String name);

  T constant(float value);

  T add(T a, T b);

  T subtract(T a, T b);

  T multiply(T a, T b);

  T divide(T a, T b);

  T squareRoot(T a);

  /** The error function. */
  T erf(T a);

  /** Matrix product over the last two axes. */
  T matMul(T a, T b);

  /** Mean over the last axis, which stays with size 1. */
  T mean(T a, int lastSize);

  /** Softmax over the last axis of a tensor of so many axes. */
  T softmax(T a, int axes);

  /** 1 at the first of the largest values of the last axis of a tensor of three axes, else 0. */
  T oneHotOfLargest(T a);

  /** Scales the last axis to L2 norm 1. */
  T normalize(T a, int axes);

  /** Another shape; 0 keeps an axis' size, -1 is what remains. */
  T reshape(T a, long... shape);

  T transpose(T a, int... axes);

  /** The part of one index of an axis, without that axis. */
  T select(T a, int axis, int index);
}
