namespace Mimir.Services.Hardening;

/// <summary>
/// The .NET runtime opens a socket in the temporary directory through which the same account may ask for a memory dump or load a profiler. It opens it before any of this
/// program runs, so only the environment can prevent it; <c>./mimir</c>, the unit files and the container do.
/// </summary>
internal static class DiagnosticsPort
{
    /// <summary>The environment variable that the runtime reads; 0 keeps the port closed.</summary>
    public const string Variable = "DOTNET_EnableDiagnostics";

    public static HardeningMeasure Measure { get; } = new("diagnostics port", "closed", Obstacle, () => null);

    private static string? Obstacle() => Environment.GetEnvironmentVariable(Variable) == "0" || Environment.GetEnvironmentVariable("COMPlus_EnableDiagnostics") == "0"
        ? null
        : $"open: the same account can ask the runtime for a memory dump; set {Variable}=0 in the environment, as ./mimir does";
}
