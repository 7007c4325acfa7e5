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

import ai.djl.ndarray.NDArray;

/**
 * What one step learns from: some queries, and documents that all of them are scored with.
 *
 * @param queries states or token vectors
 * @param content [queries, tokens], 1 for a token and 0 for the filling
 * @param documents states or token vectors
 * @param teacher [queries, documents]: full MaxSim over what the encoder gave before any training
 * @param targets [queries, documents]: 1 for the one document that is to win, rows without one for
 *     a query nobody judged
 * @param excluded [queries, documents]: 0, or a large negative number for documents that are
 *     relevant too, which must neither win nor lose
 */
record Batch(
    TokenBlock queries,
    NDArray content,
    TokenBlock documents,
    NDArray teacher,
    NDArray targets,
    NDArray excluded) {}
