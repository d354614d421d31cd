using System.Text.Json;

namespace Mimir.Training.Optimization;

/// <summary>What a finished run reports; kept beside the model as <c>training.json</c>.</summary>
/// <param name="TrainingTokens">Tokens in the training part.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="TokensPerStep">Tokens in one step.</param>
/// <param name="Epochs">Passes over the training part.</param>
/// <param name="Minutes">Wall-clock time, tokenizer and checkpoints included.</param>
/// <param name="Seed">Seed of everything random.</param>
internal sealed record TrainingRecord(long TrainingTokens, int Steps, int TokensPerStep, double Epochs, double Minutes, int Seed)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Writes the record into a model directory.</summary>
    public void Write(string directory) => File.WriteAllText(PathIn(directory), JsonSerializer.Serialize(this, Format) + "\n");

    /// <summary>Reads the record of a model directory.</summary>
    public static TrainingRecord Read(string directory) =>
        JsonSerializer.Deserialize<TrainingRecord>(File.ReadAllText(PathIn(directory)), Format)
        ?? throw new InvalidDataException($"{PathIn(directory)} is empty.");

    private static string PathIn(string directory) => Path.Combine(directory, "training.json");
}
