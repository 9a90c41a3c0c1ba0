package pbc;

import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.os.BatteryManager;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** What a host may ask for. */
final class Operations {
    private static final String[] NAMES = {
        "audio.start", "audio.stop", "auth", "battery", "imei", "ops", "quit", "route", "routes", "sensor.start",
        "sensor.stop", "sensors", "sim", "stats", "torch",
    };
    private static final int MAX_BATTERY_ID = 12;
    private static final int MAX_STREAM = 0xffff;
    private static final int MAX_TYPE = 999999;

    private final Session session;
    private final Workplace workplace;
    private final Torch torch;
    private final Routes routes;
    private SensorManager sensors;

    Operations(Session session) {
        this.session = session;
        workplace = session.workplace;
        torch = new Torch(workplace);
        routes = new Routes(workplace);
    }

    static List<String> names() {
        return Arrays.asList(NAMES);
    }

    Json perform(Arguments arguments) throws Exception {
        switch (arguments.op) {
            case "audio.start":
                return startAudio(arguments);
            case "audio.stop":
                session.streams.stop(arguments.whole("stream", 1, MAX_STREAM), AudioStream.class);
                return new Json();
            case "battery":
                return battery(arguments.whole("id", 1, MAX_BATTERY_ID));
            case "imei":
                return new Json().put("imeis", Telephony.imeis(workplace));
            case "ops":
                return new Json().put("ops", names());
            case "auth":
            case "quit":
                return new Json();
            case "route":
                return routes.choose(arguments);
            case "routes":
                return routes.list();
            case "sensor.start":
                return startSensor(arguments);
            case "sensor.stop":
                session.streams.stop(arguments.whole("stream", 1, MAX_STREAM), SensorStream.class);
                return new Json();
            case "sensors":
                return listSensors();
            case "sim":
                return new Json().put("slots", Telephony.slots(workplace));
            case "stats":
                return session.outbox.stats();
            case "torch":
                return torch.set(arguments.whole("on", 0, 1) == 1);
            default:
                throw new Failed("unknown op " + Arguments.shortened(arguments.op));
        }
    }

    /** Leaves the phone as it was found, apart from the streams. */
    void putBack() {
        torch.putOut();
    }

    private Json startAudio(Arguments arguments) throws Failed {
        if (session.streams.has(AudioStream.class)) {
            throw new Failed("audio is busy");
        }
        AudioStream stream = new AudioStream(session, routes, arguments);
        int number = session.streams.add(stream);
        return stream.answer().put("stream", number);
    }

    private Json battery(int id) throws Failed {
        BatteryManager manager = workplace.service("batterymanager", BatteryManager.class);
        long value = manager.getLongProperty(id);
        boolean supported = value != Long.MIN_VALUE && value != Integer.MIN_VALUE;
        return new Json().put("id", id).put("supported", supported).put("value", supported ? value : null);
    }

    private Json listSensors() throws Failed {
        List<Json> found = new ArrayList<Json>();
        TreeSet<Integer> types = new TreeSet<Integer>();
        for (Sensor each : sensors().getSensorList(-1)) {
            types.add(each.getType());
        }
        for (int type : types) {
            Sensor sensor = sensors().getDefaultSensor(type);
            if (sensor != null) {
                found.add(SensorStream.describe(sensor));
            }
        }
        return new Json().put("sensors", found);
    }

    private Json startSensor(Arguments arguments) throws Failed {
        int type = arguments.whole("type", 1, MAX_TYPE);
        Sensor sensor = sensors().getDefaultSensor(type);
        if (sensor == null) {
            throw new Failed("no such sensor");
        }
        double hz = arguments.number("hz", SensorStream.maxHz(sensor), 1, 10000);
        int number = session.streams.add(new SensorStream(session.outbox, sensors(), sensor, hz));
        return new Json().put("stream", number).put("requested_hz", hz);
    }

    private SensorManager sensors() throws Failed {
        if (sensors == null) {
            sensors = workplace.sensorManager();
        }
        return sensors;
    }
}
