namespace Mimir.Services.Hardening;

/// <summary>No role needs root: an account of its own cannot touch what belongs to others.</summary>
internal static class Account
{
    public static HardeningMeasure Measure { get; } = new("account", "an ordinary one", Obstacle, () => null);

    private static string? Obstacle() => OperatingSystem.IsLinux() && SystemCalls.EffectiveUser() == 0
        ? "root: no role needs it; run it as its own user, as deploy/systemd and deploy/compose do"
        : null;
}
