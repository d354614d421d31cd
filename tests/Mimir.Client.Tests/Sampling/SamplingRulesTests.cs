using Mimir.Client.Sampling;

namespace Mimir.Client.Tests.Sampling;

/// <summary>docs/sampling.md's table: which mode honours which field, and that the others are named, never ignored.</summary>
public sealed class SamplingRulesTests
{
    private static readonly GenerationOptions Secret = new() { Temperature = 0.8 };
    private static readonly GenerationOptions Logits = Secret with { LogitsToOwner = true };

    public static TheoryData<string, SamplingRequest> NeedLogits => new()
    {
        { "top_p", new() { TopP = 0.9 } },
        { "min_p", new() { MinP = 0.1 } },
        { "repetition_penalty", new() { RepetitionPenalty = 1.1 } },
        { "presence_penalty", new() { PresencePenalty = 0.5 } },
        { "frequency_penalty", new() { FrequencyPenalty = -0.5 } },
        { "logit_bias", new() { LogitBias = new Dictionary<int, double> { [3] = 1 } } },
        { "logprobs", new() { LogProbs = true } },
    };

    [Theory]
    [MemberData(nameof(NeedLogits))]
    public void What_needs_logits_is_refused_by_name_without_them(string field, SamplingRequest request)
    {
        Assert.Equal(field, Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(request, Secret)).Field);
        Assert.NotEqual(OwnerSampling.None, SamplingRules.Apply(request, Logits).Owner);
    }

    /// <summary>Clients send defaults; they ask for nothing.</summary>
    [Fact]
    public void Neutral_values_are_honoured_everywhere()
    {
        var neutral = new SamplingRequest { TopP = 1, MinP = 0, RepetitionPenalty = 1, PresencePenalty = 0, FrequencyPenalty = 0, LogitBias = new Dictionary<int, double> { [3] = 0 }, TopK = 0 };
        Assert.Equal(SamplingRules.Apply(new(), Secret), SamplingRules.Apply(neutral, Secret));
    }

    [Fact]
    public void What_every_mode_honours()
    {
        var request = new SamplingRequest { Temperature = 1.5, TopK = 40, Seed = 7, MaxTokens = 9, Stop = ["x"], N = 3, EarlyStop = true };
        foreach (var mode in (GenerationOptions[])[Secret, Logits])
        {
            var options = SamplingRules.Apply(request, mode);
            Assert.Equal((1.5, 40, 7L, 9, true), (options.Temperature, options.TopK, options.NoiseSeed, options.MaxTokens, options.EarlyStop));
            Assert.Equal(options.Temperature, SamplingRules.Apply(request, options).Temperature);
        }
        Assert.Equal(40, SamplingRules.Apply(request, Logits).Owner.TopK);
        Assert.Equal((16, 1), (Secret.StopBucket, SamplingRules.Apply(request, Secret).StopBucket));
    }

    [Theory]
    [InlineData(1, 0.8)]
    [InlineData(40, 0.0)]
    [InlineData(0, 0.0)]
    public void Greedy_is_greedy_however_it_is_said(int topK, double temperature)
    {
        var options = SamplingRules.Apply(new() { TopK = topK, Temperature = temperature }, Secret);
        Assert.Equal((0, 0.0), (options.TopK, options.Temperature));
    }

    public static TheoryData<string, SamplingRequest> OutOfRange => new()
    {
        { "temperature", new() { Temperature = -1 } },
        { "temperature", new() { Temperature = double.NaN } },
        { "top_k", new() { TopK = -1 } },
        { "top_p", new() { TopP = 0 } },
        { "top_p", new() { TopP = 1.5 } },
        { "min_p", new() { MinP = -0.1 } },
        { "repetition_penalty", new() { RepetitionPenalty = 0 } },
        { "presence_penalty", new() { PresencePenalty = 2.1 } },
        { "frequency_penalty", new() { FrequencyPenalty = double.PositiveInfinity } },
        { "logit_bias", new() { LogitBias = new Dictionary<int, double> { [-1] = 1 } } },
        { "logit_bias", new() { LogitBias = new Dictionary<int, double> { [1] = 101 } } },
        { "stop", new() { Stop = [""] } },
        { "stop", new() { Stop = [.. Enumerable.Repeat("x", 17)] } },
        { "stop", new() { Stop = [new string('x', 257)] } },
        { "stop", new() { Stop = ["\uD834"] } },
        { "max_tokens", new() { MaxTokens = 0 } },
        { "n", new() { N = 0 } },
        { "n", new() { N = 17 } },
        { "top_logprobs", new() { LogProbs = true, TopLogProbs = 21 } },
        { "top_logprobs", new() { TopLogProbs = 1 } },
        { "epsilon", new() { Epsilon = 0 } },
        { "epsilon", new() { Epsilon = double.NaN } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Values_out_of_range_are_refused_in_every_mode(string field, SamplingRequest request)
    {
        foreach (var mode in (GenerationOptions[])[Secret, Logits])
            Assert.Equal(field, Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(request, mode)).Field);
    }

    [Fact]
    public void Top_k_has_a_limit_only_where_it_costs()
    {
        Assert.Equal("top_k", Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(new() { TopK = 65 }, Secret)).Field);
        Assert.Equal(65, SamplingRules.Apply(new() { TopK = 65 }, Logits).TopK);
    }

    public static TheoryData<string, SamplingRequest, GenerationOptions> NotWithPrivacy => new()
    {
        { "seed", new() { Seed = 1 }, Secret },
        { "seed", new(), Secret with { NoiseSeed = 1 } },
        { "top_k", new() { TopK = 40 }, Secret },
        { "top_k", new() { TopK = 1 }, Secret },
        { "temperature", new() { Temperature = 0 }, Secret },
        { "temperature", new() { Temperature = 3 }, Secret },
        { "logprobs", new() { LogProbs = true }, Secret },
        { "epsilon", new(), Logits },
        { "epsilon", new(), Secret with { Speculate = 2 } },
    };

    [Theory]
    [MemberData(nameof(NotWithPrivacy))]
    public void What_would_break_differential_privacy_is_refused_with_it(string field, SamplingRequest request, GenerationOptions options)
    {
        Assert.Equal(field, Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(request, options with { Epsilon = 1 })).Field);
        Assert.Equal(field, Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(request with { Epsilon = 1 }, options)).Field);
    }

    [Fact]
    public void A_request_may_ask_for_more_privacy_and_not_for_less()
    {
        Assert.Equal(0.5, SamplingRules.Apply(new() { Epsilon = 0.5 }, Secret with { Epsilon = 1 }).Epsilon);
        Assert.Equal(1, SamplingRules.Apply(new(), Secret with { Epsilon = 1 }).Epsilon);
        Assert.Equal("epsilon", Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(new() { Epsilon = 2 }, Secret with { Epsilon = 1 })).Field);
    }

    [Fact]
    public void Penalties_and_log_probabilities_do_not_go_with_guesses()
    {
        foreach (var (field, request) in NeedLogits.Select(r => r.Data).Where(d => d.Item1 is not ("top_p" or "min_p" or "logit_bias")))
            Assert.Equal(field, Assert.Throws<SamplingRefusedException>(() => SamplingRules.Apply(request, Logits with { Speculate = 2 })).Field);
        Assert.Equal(0.9, SamplingRules.Apply(new() { TopP = 0.9 }, Logits with { Speculate = 2 }).Owner.TopP);
    }

    [Fact]
    public void Texts_have_noise_of_their_own()
    {
        var request = new SamplingRequest { N = 4, Seed = 7 };
        var seeds = Enumerable.Range(0, 4).Select(i => SamplingRules.Text(request, i)).ToArray();
        Assert.All(seeds, s => Assert.Equal(1, s.N));
        Assert.Equal(7, seeds[0].Seed);
        Assert.Equal(4, seeds.Select(s => s.Seed).Distinct().Count());
        Assert.Null(SamplingRules.Text(request with { Seed = null }, 2).Seed);
    }

    [Fact]
    public void Biases_of_tokens_that_the_model_lacks_are_refused()
    {
        var request = new SamplingRequest { LogitBias = new Dictionary<int, double> { [512] = 1 } };
        SamplingRules.RequireTokens(request, 513);
        Assert.Equal("logit_bias", Assert.Throws<SamplingRefusedException>(() => SamplingRules.RequireTokens(request, 512)).Field);
    }
}
