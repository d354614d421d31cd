namespace Mimir.Training.Optimization;

/// <summary>What a finished run reports.</summary>
/// <param name="TrainingTokens">Tokens in the training part.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Epochs">Passes over the training part.</param>
/// <param name="Time">Wall-clock time, tokenizer and checkpoints included.</param>
internal sealed record TrainingRecord(long TrainingTokens, int Steps, double Epochs, TimeSpan Time);
