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

import io.github.lucenefastlane.demo.CommandFailure;
import java.nio.file.Path;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** States that another program wrote. */
public class TestCheckpoints extends LuceneTestCase {

  public void testAnotherVersion() throws Exception {
    for (int version : new int[] {-1, 1}) { // too old, too new
      Path folder = createTempDir();
      try (Directory directory = new MMapDirectory(folder);
          IndexOutput out = directory.createOutput("training.state", IOContext.DEFAULT)) {
        CodecUtil.writeHeader(out, "FastLaneTraining", version);
        out.writeString("what is learned");
        CodecUtil.writeFooter(out);
      }
      try (Checkpoints checkpoints = new Checkpoints(folder, "what is learned")) {
        CommandFailure refused = expectThrows(CommandFailure.class, checkpoints::read);
        assertEquals(
            "the training in "
                + folder
                + " was begun by another version of this program; go on with that, or remove that"
                + " folder to begin again",
            refused.getMessage());
      }
    }
  }
}
