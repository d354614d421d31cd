namespace Mimir.Cli.Diagnosis;

/// <summary>What one examination of this machine found.</summary>
/// <param name="Name">What was examined.</param>
/// <param name="Ok">Whether it is as it should be.</param>
/// <param name="Needed">Whether Mimir cannot run without it; otherwise it is only slower or unconfirmed.</param>
/// <param name="Detail">The value found, or what is wrong and what to do.</param>
public sealed record Finding(string Name, bool Ok, bool Needed, string Detail);
