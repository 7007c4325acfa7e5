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
 * How the components of a float token vector are stored. No raw floats are kept beside the codes.
 *
 * <p>Byte vectors ({@link org.apache.lucene.index.VectorEncoding#BYTE}) are always stored as they
 * are, one byte a component, whatever the encoding.
 */
public enum TokenEncoding {
  /** The components as they are, {@code 4 * dimension} bytes a token: a float32 each. */
  FLOAT32,

  /**
   * One signed byte a component and one scale a token, {@code 4 + dimension} bytes: {@code value =
   * scale * code}, {@code code} in [-127, 127], {@code scale = max|value| / 127}. The scale comes
   * first, a float32, then the codes. A component is off by at most half a scale.
   */
  INT8,

  /**
   * Four bits a component and one scale a token, {@code 4 + ceil(dimension / 2)} bytes: {@code
   * value = scale * (2 * nibble - 15)}, {@code nibble} in [0, 15], {@code scale = max|value| / 15}.
   * The scale comes first, a float32; then byte {@code i} holds component {@code i} in its low
   * nibble and component {@code i + ceil(dimension / 2)} in its high one, which is 0 if there is
   * none. The sixteen levels lie symmetrically about zero, so none is wasted and none is clipped. A
   * component is off by at most one scale.
   */
  INT4
}
