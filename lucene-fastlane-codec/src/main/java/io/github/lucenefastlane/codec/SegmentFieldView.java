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

import java.io.IOException;

/**
 * What the document-level views of float and byte fields share: the way to the token vectors behind
 * them.
 */
interface SegmentFieldView extends MultiVectorValues {

  SegmentField segmentField();

  /** The ordinal whose {@code vectorValue} was asked for since the last call of this, or -1. */
  int takeLastOrd();

  @Override
  default int size() {
    return segmentField().entry.documents();
  }

  @Override
  default int dimension() {
    return segmentField().coder().dimension;
  }

  @Override
  default int ordToDoc(int ord) {
    return segmentField().ordToDoc(ord);
  }

  @Override
  default long tokenCount() {
    return segmentField().entry.tokens();
  }

  @Override
  default int tokenCount(int ord) {
    return segmentField().tokenCount(ord);
  }

  @Override
  default long routeCount() {
    return segmentField().entry.heads();
  }

  @Override
  default int routeCount(int ord) {
    return segmentField().headCount(ord);
  }

  @Override
  default TokenEncoding tokenEncoding() {
    return segmentField().entry.tokenEncoding();
  }

  @Override
  default float[] tokenVectors(int ord) throws IOException {
    return segmentField().tokenVectors(ord);
  }

  @Override
  default long poolCount() {
    return segmentField().entry.pools();
  }

  @Override
  default int poolCount(int ord) {
    return segmentField().poolCount(ord);
  }

  @Override
  default float[] pooledVectors(int ord) throws IOException {
    return segmentField().pooledVectors(ord);
  }

  @Override
  default float[] headVectors(int ord) throws IOException {
    return segmentField().headVectors(ord);
  }
}
