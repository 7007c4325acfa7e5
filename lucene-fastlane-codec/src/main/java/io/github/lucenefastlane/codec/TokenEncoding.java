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
   * first, a float32, then the codes. A component is off by at most half a scale, unless that is
   * below 2<sup>-126</sup>, where a scale has few bits left.
   */
  INT8,

  /**
   * Four bits a component, of what the pooled vector of a token's pool leaves of it (see {@link
   * FastLaneVectorsFormat}): {@code 4 + ceil(dimension / 2)} bytes, {@code value = coefficient /
   * 128 * pooled + scale * level}. What is left is small where tokens of a document resemble each
   * other, as those of language models do.
   *
   * <p>The scale comes first, the upper 16 bits of a float32 (a bfloat16), then the coefficient, a
   * signed byte, then the number of the pool in its window, a byte below 64. The numbers of the
   * levels follow: byte {@code i} holds that of component {@code i} in its low nibble and that of
   * component {@code i + ceil(dimension / 2)} in its high one, which is 0 if there is none. The
   * levels, from number 0, are {@code u * (u * u + 449)} of the odd numbers {@code u} from -15 to
   * 15: nearly those that lose least of Gaussian numbers (Max, Quantizing for minimum distortion,
   * IRE Transactions on Information Theory 6, 1960).
   *
   * <p>The only token of a document is coded in the same way, with 0 instead of a pooled vector and
   * of its number, and so are all tokens if each is a pool; others are coded against pooled vectors
   * as they are decoded. A merge takes codes of the former kind over to larger pools as they are,
   * with a coefficient and a pool of 0. The coefficient is chosen for the smallest rest, and the
   * scale for the smallest error, then for the length of the vector to stay what it was, unless
   * that doubles the square of the error. The components' errors have a root mean square of at most
   * an eighth of the largest component, unless that is below 2<sup>-117</sup>, where a scale has
   * few bits left.
   */
  RESIDUAL4,

  /**
   * The same by three bits a component, {@code 4 + 3 * ceil(dimension / 8)} bytes.
   *
   * <p>Scale, coefficient and pool are followed by three planes of {@code words = ceil(dimension /
   * 8)} bytes: byte {@code i} of the first holds the lowest bits of word {@code i}, that of the
   * second the middle ones, that of the third the highest, of 24. The three bits of word {@code i}
   * from bit {@code 3 * j} up are the number of component {@code j * words + i}, or 0 if there is
   * none.
   *
   * <p>A number's level depends on the lowest bits {@code a} and {@code b} of the last number, word
   * by word and in a word from its lowest bits, and of the one before that; they are 0 where there
   * is none. Of {@code k = number ^ a ^ b} and {@code u = 4 * k - 15}, the level is {@code u * (u *
   * u + 311) / 24}, which is one of -335, -198, -105, -40, 13, 70, 147 and 260, and its negative if
   * {@code a} is 1. This is trellis-coded quantisation (Marcellin and Fischer, Trellis coded
   * quantization of memoryless and Gauss-Markov sources, IEEE Transactions on Communications 38,
   * 1990), by the code of four states of Ungerboeck (Channel coding with multilevel/phase signals,
   * IEEE Transactions on Information Theory 28, 1982). The numbers are chosen together for the
   * smallest error, whose square is .73 times that of eight levels for each component by itself.
   * The root mean square of the errors is at most a quarter of the largest component, unless that
   * is below 2<sup>-120</sup>.
   */
  RESIDUAL3
}
