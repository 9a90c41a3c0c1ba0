package pbc;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One JSON object: text, numbers, booleans, null, lists and objects of its kind. */
final class Json {
    private final Map<String, Object> content = new TreeMap<String, Object>();

    Json put(String key, Object value) {
        content.put(key, value);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, Object> entry : content.entrySet()) {
            if (text.length() > 1) {
                text.append(',');
            }
            quote(text, entry.getKey());
            text.append(':');
            append(text, entry.getValue());
        }
        return text.append('}').toString();
    }

    private static void append(StringBuilder text, Object value) {
        if (value instanceof List) {
            String between = "[";
            for (Object item : (List<?>) value) {
                text.append(between);
                append(text, item);
                between = ",";
            }
            text.append("[".equals(between) ? "[]" : "]");
        } else if (value instanceof Number && !isFinite(((Number) value).doubleValue())) {
            text.append("null");
        } else if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Json) {
            text.append(value);
        } else {
            quote(text, String.valueOf(value));
        }
    }

    private static boolean isFinite(double value) {
        return !Double.isNaN(value) && !Double.isInfinite(value);
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int at = 0; at < value.length(); at++) {
            char letter = value.charAt(at);
            if (letter == '"' || letter == '\\') {
                text.append('\\').append(letter);
            } else if (letter >= ' ' && letter < 127) {
                text.append(letter);
            } else {
                text.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    text.append(Character.forDigit(letter >> shift & 15, 16));
                }
            }
        }
        text.append('"');
    }
}
