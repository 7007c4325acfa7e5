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

import java.io.IOException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/** All that a training needs to go on: what it learned, and where it is. */
final class TrainingState {
  final Weights weights;
  final Weights first;
  final Weights second;

  /** Steps made. */
  int step;

  /** The weights with the best dev scores so far, and those scores. */
  Weights best;

  DevScores bestScores;

  /** Steps made when the best was found. */
  int bestStep;

  /** Evaluations since then. */
  int worse;

  /** Whether nothing more is to be learned. */
  boolean stopped;

  /** Negatives that the model found last, by set and query; null before the first search. */
  int[][][] mined;

  TrainingState(Weights weights, Weights first, Weights second) {
    this.weights = weights;
    this.first = first;
    this.second = second;
  }

  static TrainingState start(Weights weights) {
    return new TrainingState(weights, weights.zeros(), weights.zeros());
  }

  void write(DataOutput out) throws IOException {
    weights.write(out);
    first.write(out);
    second.write(out);
    out.writeVInt(step);
    out.writeByte((byte) (best == null ? 0 : 1));
    if (best != null) {
      best.write(out);
      out.writeLong(Double.doubleToLongBits(bestScores.routed()));
      out.writeLong(Double.doubleToLongBits(bestScores.full()));
      out.writeVInt(bestStep);
    }
    out.writeVInt(worse);
    out.writeByte((byte) (stopped ? 1 : 0));
    out.writeVInt(mined == null ? 0 : mined.length);
    if (mined != null) {
      for (int[][] set : mined) {
        out.writeVInt(set.length);
        for (int[] negatives : set) {
          out.writeVInt(negatives.length);
          for (int document : negatives) {
            out.writeVInt(document);
          }
        }
      }
    }
  }

  static TrainingState read(DataInput in) throws IOException {
    TrainingState state = new TrainingState(Weights.read(in), Weights.read(in), Weights.read(in));
    state.step = in.readVInt();
    if (in.readByte() == 1) {
      state.best = Weights.read(in);
      state.bestScores =
          new DevScores(
              Double.longBitsToDouble(in.readLong()), Double.longBitsToDouble(in.readLong()));
      state.bestStep = in.readVInt();
    }
    state.worse = in.readVInt();
    state.stopped = in.readByte() == 1;
    int sets = in.readVInt();
    if (sets > 0) {
      state.mined = new int[sets][][];
      for (int set = 0; set < sets; set++) {
        state.mined[set] = new int[in.readVInt()][];
        for (int query = 0; query < state.mined[set].length; query++) {
          state.mined[set][query] = new int[in.readVInt()];
          for (int i = 0; i < state.mined[set][query].length; i++) {
            state.mined[set][query][i] = in.readVInt();
          }
        }
      }
    }
    return state;
  }
}
