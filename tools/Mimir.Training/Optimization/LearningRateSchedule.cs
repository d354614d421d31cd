namespace Mimir.Training.Optimization;

/// <summary>Linear warm-up to <paramref name="peak"/>, then half a cosine down to <paramref name="floor"/>·peak.</summary>
internal sealed class LearningRateSchedule(double peak, int warmUp, int steps, double floor)
{
    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(int step)
    {
        if (step < warmUp)
            return peak * (step + 1) / warmUp;
        double progress = (double)(step - warmUp) / Math.Max(1, steps - warmUp);
        return peak * (floor + ((1 - floor) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
