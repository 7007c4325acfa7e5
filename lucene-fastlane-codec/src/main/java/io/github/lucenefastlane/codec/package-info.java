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

/**
 * Several vectors per document in a Lucene index.
 *
 * <p>{@link io.github.lucenefastlane.codec.FastLaneVectorsFormat} stores them, {@link
 * io.github.lucenefastlane.codec.MultiVectorField} adds them to a document, {@link
 * io.github.lucenefastlane.codec.MultiVectorValues} reads them back, and {@link
 * io.github.lucenefastlane.codec.MaxSim} scores a document by late interaction.
 */
package io.github.lucenefastlane.codec;
