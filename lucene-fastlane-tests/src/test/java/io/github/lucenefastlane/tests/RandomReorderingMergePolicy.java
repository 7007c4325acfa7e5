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
package io.github.lucenefastlane.tests;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.OneMergeWrappingMergePolicy;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.store.Directory;

/**
 * Merges in a random order of documents, as policies that cluster similar documents do in an order
 * of their choice.
 */
final class RandomReorderingMergePolicy extends OneMergeWrappingMergePolicy {

  RandomReorderingMergePolicy(MergePolicy in, long seed) {
    super(in, merge -> new Reordered(merge, seed));
  }

  private static final class Reordered extends OneMerge {
    private final long seed;

    Reordered(OneMerge merge, long seed) {
      super(merge);
      this.seed = seed;
    }

    @Override
    public Sorter.DocMap reorder(CodecReader reader, Directory directory, Executor executor) {
      List<Integer> order =
          Arrays.asList(IntStream.range(0, reader.maxDoc()).boxed().toArray(Integer[]::new));
      Collections.shuffle(order, new Random(seed + reader.maxDoc()));
      int[] newToOld = order.stream().mapToInt(Integer::intValue).toArray();
      int[] oldToNew = new int[newToOld.length];
      for (int i = 0; i < newToOld.length; i++) {
        oldToNew[newToOld[i]] = i;
      }
      return new Sorter.DocMap() {
        @Override
        public int oldToNew(int doc) {
          return oldToNew[doc];
        }

        @Override
        public int newToOld(int doc) {
          return newToOld[doc];
        }

        @Override
        public int size() {
          return newToOld.length;
        }
      };
    }
  }
}
