using System.Diagnostics;
using System.Globalization;
using Mimir.Training.Export;
using Mimir.Training.Generation;
using Mimir.Training.Network;
using Mimir.Training.Text;
using Mimir.Training.Tokenization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mimir.Training.Optimization;

/// <summary>
/// Trains one network: AdamW (β 0.9 and 0.95, weight decay on matrices only), warm-up, stable and decaying rate, gradient norm clipped to 1. One thread
/// and fixed seeds: two runs on one machine give the same weights. Exports the whole model directory at every checkpoint.
/// </summary>
internal sealed class TrainingRun(TrainingOptions options, KingJamesText text)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly string _directory = options.Text("model");

    /// <summary>Learns the tokenizer and the weights.</summary>
    public TrainingRecord Run()
    {
        set_num_threads(1);
        random.manual_seed(options.Whole("seed"));
        Vocabulary vocabulary = PieceTrainer.Learn(text.Training.SelectMany(c => c.Verses), options.Whole("vocabulary"));
        var tokenizer = new PieceTokenizer(vocabulary);
        var stream = new TokenStream(text.Training, tokenizer);
        var shape = new NetworkShape(
            options.Whole("vocabulary"), options.Whole("width"), options.Whole("layers"), options.Whole("heads"),
            options.Whole("key-value-heads"), options.Whole("inner"), options.Whole("context"));
        using var network = new LlamaNetwork(shape, options.Whole("seed"));
        Log($"{stream.Length} training tokens, {shape.ParameterCount} parameters, tokenizer learned");

        int steps = Optimize(network, stream, tokenizer);
        ModelDirectory.Write(_directory, shape, network.Save(), vocabulary);
        int tokensPerStep = options.Whole("batch") * shape.Context;
        var record = new TrainingRecord(
            stream.Length, steps, tokensPerStep, (double)steps * tokensPerStep / stream.Length, _clock.Elapsed.TotalMinutes, options.Whole("seed"));
        record.Write(_directory);
        return record;
    }

    /// Returns the number of steps.
    private int Optimize(LlamaNetwork network, TokenStream stream, PieceTokenizer tokenizer)
    {
        (int batch, int context) = (options.Whole("batch"), network.Shape.Context);
        var schedule = new LearningRateSchedule(options.Decimal("rate"), options.Whole("warm-up"));
        int steps = options.Whole("steps");
        double stableMinutes = LearningRateSchedule.StablePart * options.Decimal("minutes");
        using AdamW optimizer = Optimizer(network);
        var order = new Random(options.Whole("seed"));
        var windows = new Queue<int>();
        var inputs = new long[batch * context];
        var targets = new long[batch * context];
        TimeSpan saved = _clock.Elapsed;
        double average = double.NaN;
        network.Bfloat16Products = true;
        for (int step = 0; step < steps; step++)
        {
            if (stableMinutes > 0 && _clock.Elapsed.TotalMinutes >= stableMinutes)
            {
                (steps, stableMinutes) = ((int)(step / LearningRateSchedule.StablePart), 0);
                Log($"time for the decay: --steps {steps} repeats this run");
            }

            for (int row = 0; row < batch; row++)
            {
                if (windows.Count == 0)
                    Array.ForEach(stream.Epoch(context, order), windows.Enqueue);
                stream.Window(windows.Dequeue(), inputs.AsSpan(row * context, context), targets.AsSpan(row * context, context));
            }

            foreach (AdamW.ParamGroup group in optimizer.ParamGroups.Cast<AdamW.ParamGroup>())
                group.LearningRate = schedule.At(step, stableMinutes > 0 ? int.MaxValue : steps);
            double loss = Step(network, optimizer, inputs, targets, batch);
            average = double.IsNaN(average) ? loss : (0.98 * average) + (0.02 * loss);
            if (step % 50 == 49)
                Log(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}/{steps} loss {average:F4} {(step + 1.0) * batch * context / _clock.Elapsed.TotalSeconds:F0} tokens/s"));
            if ((_clock.Elapsed - saved).TotalMinutes >= options.Decimal("checkpoint-minutes"))
            {
                Checkpoint(network, tokenizer);
                saved = _clock.Elapsed;
            }
        }

        network.Bfloat16Products = false;
        return steps;
    }

    private double Step(LlamaNetwork network, AdamW optimizer, long[] inputs, long[] targets, int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = network.Forward(tensor(inputs, [batch, inputs.Length / batch]), options.Decimal("dropout"));
        Tensor loss = nn.functional.cross_entropy(logits.view(-1, network.Shape.Vocabulary), tensor(targets));
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.Parameters.Values, 1.0);
        optimizer.step();
        return loss.item<float>();
    }

    private AdamW Optimizer(LlamaNetwork network)
    {
        Parameter[] gains = [.. network.Parameters.Values.Where(p => p.dim() == 1)];
        Parameter[] matrices = [.. network.Parameters.Values.Where(p => p.dim() > 1)];
        AdamW.ParamGroup Group(Parameter[] parameters, double decay) =>
            new(parameters, options.Decimal("rate"), beta1: 0.9, beta2: 0.95, weight_decay: decay);
        return optim.AdamW([Group(gains, 0), Group(matrices, options.Decimal("weight-decay"))], options.Decimal("rate"), beta1: 0.9, beta2: 0.95);
    }

    private void Checkpoint(LlamaNetwork network, PieceTokenizer tokenizer)
    {
        network.Bfloat16Products = false;
        ModelDirectory.Write(_directory, network.Shape, network.Save(), tokenizer.Vocabulary);
        Perplexity heldOut = Perplexity.Measure(network, tokenizer, text.HeldOut.Take(10));
        Log(string.Create(CultureInfo.InvariantCulture, $"checkpoint: perplexity {heldOut.PerToken:F2} on ten held-out chapters"));
        Log(new Sampler(_directory).Continue("And the king said", 40, 0.8, 1));
        network.Bfloat16Products = true;
    }

    private void Log(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_clock.Elapsed.TotalSeconds,7:F1} s] {line}"));
}
