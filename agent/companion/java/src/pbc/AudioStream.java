package pbc;

/** One play-and-record: samples of the microphones, and what both sides' clocks say, under one number. */
final class AudioStream implements Streams.Source {
    private final Session session;
    private final Recorder recorder;
    private final Player player;
    private final Json answer = new Json();

    AudioStream(Session session, Routes routes, Arguments arguments) throws Failed {
        this.session = session;
        int source = Recorder.source(arguments.text("source", "unprocessed"));
        int channels = arguments.whole("channels", 2, 1, 2);
        boolean records = arguments.whole("record", 1, 0, 1) == 1;
        short[] samples = Signal.of(arguments);
        if (!records && samples.length == 0) {
            throw new Failed("nothing to play and nothing to record");
        }
        player = samples.length == 0 ? null : new Player(session, samples, routes.output());
        recorder = records ? new Recorder(session, source, channels, routes.input()) : null;
        answer.put("rate_hz", Signal.RATE_HZ)
                .put("channels", records ? channels : 0)
                .put("source", arguments.text("source", "unprocessed"))
                .put("play_frames", samples.length);
    }

    /** What was started; the caller adds the number. */
    Json answer() {
        return answer;
    }

    @Override
    public void start(int number) throws Failed {
        if (recorder != null) {
            recorder.open(number);
        }
        if (player != null) {
            player.open(number, recorder);
        }
        answer.put("client_silenced", recorder != null && recorder.isSilenced());
        if (recorder != null) {
            recorder.start();
        }
        if (player != null) {
            player.start();
        }
    }

    @Override
    public void flush() {
        // what was read is queued at once
    }

    @Override
    public void stop() {
        if (player != null) {
            player.end();
        }
        if (recorder != null) {
            recorder.end();
        }
    }
}
