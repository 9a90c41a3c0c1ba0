package pbc;

import java.io.DataOutputStream;
import java.io.IOException;

/** Prints the samples that a request's lines would play. */
public final class Samples {
    public static void main(String[] lines) throws IOException, Failed {
        Arguments arguments = new Arguments(("audio.start\n" + String.join("\n", lines)).getBytes(Frames.UTF_8));
        try (DataOutputStream out = new DataOutputStream(new java.io.BufferedOutputStream(System.out))) {
            for (short sample : Signal.of(arguments)) {
                out.writeShort(sample);
            }
        }
    }
}
