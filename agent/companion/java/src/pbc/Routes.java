package pbc;

import android.media.AudioDeviceInfo;
import android.media.AudioManager;

import java.util.ArrayList;
import java.util.List;

/** Where sound goes and comes from: what the phone has, and what the host prefers. */
final class Routes {
    private static final int EARPIECE = 1;
    private static final int SPEAKER = 2;
    private static final int MICROPHONE = 15;
    private static final int INPUTS = 1;
    private static final int OUTPUTS = 2;
    private static final int MAX_ID = 999999;
    private static final String TOP_ADDRESS = "back"; // Android's address of a second built-in microphone

    private final Workplace workplace;
    private int in;
    private int out;

    Routes(Workplace workplace) {
        this.workplace = workplace;
    }

    Json list() throws Failed {
        List<Json> found = new ArrayList<Json>();
        for (int side : new int[] {OUTPUTS, INPUTS}) {
            for (AudioDeviceInfo device : devices(side)) {
                found.add(new Json()
                        .put("id", device.getId())
                        .put("type", device.getType())
                        .put("place", place(device))
                        .put("output", side == OUTPUTS));
            }
        }
        return chosen().put("routes", found);
    }

    /** Prefers an output or input for what starts next; 0 gives the choice back to the phone. */
    Json choose(Arguments arguments) throws Failed {
        int newIn = arguments.whole("in", in, 0, MAX_ID);
        int newOut = arguments.whole("out", out, 0, MAX_ID);
        find(newIn, INPUTS);
        find(newOut, OUTPUTS);
        in = newIn;
        out = newOut;
        return chosen();
    }

    /** The preferred input, or null. */
    AudioDeviceInfo input() throws Failed {
        return find(in, INPUTS);
    }

    /** The preferred output, or null. */
    AudioDeviceInfo output() throws Failed {
        return find(out, OUTPUTS);
    }

    private Json chosen() {
        Json chosen = new Json();
        if (in != 0) {
            chosen.put("in", in);
        }
        return out == 0 ? chosen : chosen.put("out", out);
    }

    private AudioDeviceInfo find(int id, int side) throws Failed {
        if (id == 0) {
            return null;
        }
        for (AudioDeviceInfo device : devices(side)) {
            if (device.getId() == id) {
                return device;
            }
        }
        throw new Failed("no " + (side == OUTPUTS ? "output" : "input") + " has the id " + id);
    }

    private AudioDeviceInfo[] devices(int side) throws Failed {
        return workplace.service("audio", AudioManager.class).getDevices(side);
    }

    private static String place(AudioDeviceInfo device) {
        switch (device.getType()) {
            case EARPIECE:
                return "earpiece";
            case SPEAKER:
                return "speaker";
            case MICROPHONE:
                return TOP_ADDRESS.equals(device.getAddress()) ? "top" : "bottom";
            default:
                return "other";
        }
    }
}
