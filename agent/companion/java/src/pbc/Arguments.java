package pbc;

import java.util.HashMap;
import java.util.Map;

/** A request: the operation in its first line, then lines of key=value, all of it ASCII and read within bounds. */
final class Arguments {
    private static final int SHOWN = 40;
    private static final int MAX_DIGITS = 9;

    final String op;
    private final Map<String, String> values = new HashMap<String, String>();

    Arguments(byte[] body) throws Failed {
        for (byte one : body) {
            if (one < 0) {
                throw new Failed("a request is ASCII");
            }
        }
        String[] lines = new String(body, Frames.UTF_8).split("\n");
        op = lines.length == 0 ? "" : lines[0];
        for (int at = 1; at < lines.length; at++) {
            int equals = lines[at].indexOf('=');
            if (equals >= 0) {
                values.put(lines[at].substring(0, equals), lines[at].substring(equals + 1));
            } else if (!lines[at].isEmpty()) {
                throw new Failed("'" + shortened(lines[at]) + "' is no key=value");
            }
        }
    }

    static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), SHOWN));
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    String text(String key, String otherwise) {
        return has(key) ? values.get(key) : otherwise;
    }

    double number(String key, double otherwise, double low, double high) throws Failed {
        if (!has(key)) {
            return otherwise;
        }
        try {
            double value = Double.parseDouble(values.get(key));
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException error) {
            // refused below, like a number out of range
        }
        throw new Failed(key + " is a number from " + low + " to " + high);
    }

    int whole(String key, int otherwise, int low, int high) throws Failed {
        return has(key) ? whole(key, low, high) : otherwise;
    }

    int whole(String key, int low, int high) throws Failed {
        String text = text(key, "");
        if (text.length() <= MAX_DIGITS && text.matches("[0-9]+")) {
            int value = Integer.parseInt(text);
            if (value >= low && value <= high) {
                return value;
            }
        }
        throw new Failed(key + " is a whole number from " + low + " to " + high);
    }
}
