namespace Mimir.Services.Hardening;

/// <summary>What became of a measure.</summary>
/// <param name="Name">The measure's name.</param>
/// <param name="Ok">Whether it holds.</param>
/// <param name="Detail">Its effect; or why it could not be had and what to do.</param>
public sealed record HardeningOutcome(string Name, bool Ok, string Detail)
{
    /// <summary>For the log.</summary>
    public override string ToString() => $"hardening: {Name}: {Detail}";
}
