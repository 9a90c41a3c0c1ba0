package android.os;

public class Handler {
    public Handler(Looper looper) {
        if (looper == null) {
            throw new NullPointerException("no looper");
        }
    }
}
