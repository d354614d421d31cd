namespace Mimir.Training.Optimization;

/// <summary>
/// Warm-up, stable, decay: linear warm-up to <paramref name="peak"/>, constant until <see cref="StablePart"/> of all steps, then linear
/// to zero (Hägele et al. 2024). Unlike a cosine, the rates before the decay do not depend on the number of steps, so a run may
/// fix that number while it trains, and a later run given the same number repeats it exactly.
/// </summary>
internal sealed class LearningRateSchedule(double peak, int warmUp)
{
    /// <summary>The part of all steps before the decay.</summary>
    public const double StablePart = 0.7;

    /// <summary>The rate of step <paramref name="step"/>, counted from 0, out of <paramref name="steps"/>.</summary>
    public double At(int step, int steps)
    {
        if (step < warmUp)
            return peak * (step + 1) / warmUp;
        double left = (double)(steps - step) / (steps - (StablePart * steps));
        return peak * Math.Min(1, left);
    }
}
