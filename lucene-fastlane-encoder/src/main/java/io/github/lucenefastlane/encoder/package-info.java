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
 * Text to token vectors: {@link io.github.lucenefastlane.encoder.TokenEncoder} runs a transformer
 * in ONNX Runtime and gives one vector per token, ready for a multi-vector field or for a
 * late-interaction query. How a model wants its texts written is an {@link
 * io.github.lucenefastlane.encoder.EncoderConfig}, read from the model's own files.
 */
package io.github.lucenefastlane.encoder;
