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
package io.github.lucenefastlane.codec;

/**
 * Compares a float vector with the vectors that codes stand for, without decoding them anywhere.
 * The components are those that {@link VectorCoder#decode} gives.
 */
interface CodeKernel {

  /** Dot product of the target and the vector of a code. */
  float dot(float[] target, byte[] code, int offset);

  /** Squared Euclidean distance of the target and the vector of a code. */
  float squareDistance(float[] target, byte[] code, int offset);
}
