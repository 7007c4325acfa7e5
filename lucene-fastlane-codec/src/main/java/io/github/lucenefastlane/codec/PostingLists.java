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
 * Heads in lists of like ones.
 *
 * @param starts where each list begins in {@code heads}, and, last, where the last one ends
 * @param heads head ordinals, list by list, and in increasing order within a list
 * @param centroids the vector that stands for each list, see {@link MeanVector}
 */
record PostingLists(int[] starts, int[] heads, float[][] centroids) {

  /** Number of lists, none of which is empty. */
  int count() {
    return centroids.length;
  }
}
