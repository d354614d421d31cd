namespace Mimir.Services.Attesting;

/// <summary>What a machine has, or lacks, to make one kind of evidence.</summary>
/// <param name="Kind">The producer.</param>
/// <param name="Name">For people.</param>
/// <param name="IsUsable">Whether it is there.</param>
/// <param name="Detail">What was found, or what is missing and how to get it; one line.</param>
public sealed record DetectedProducer(ProducerKind Kind, string Name, bool IsUsable, string Detail);
